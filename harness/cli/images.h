/*
 * images.h - the flash of every module of `fotarig sim` in a file of its own (sim/image.h), so that
 * it outlives the program: read at the start, written soon after the flash was, and at the end. One
 * process at a time has an image; FILE.lock beside it says which.
 */
#ifndef FOTARIG_HARNESS_CLI_IMAGES_H
#define FOTARIG_HARNESS_CLI_IMAGES_H

#include "harness/serve/serve.h"

enum { CLI_IMAGES_US = 200000 /* of real time between two writings */ };

struct cli_images {
    struct bench_view view; /* to be added with bench_serve_view() */
    struct bench_serve *serve;
    const char *path; /* NULL = no images; with several modules ".N" follows it */
    struct cli_image {
        uint64_t mark; /* sim_image_mark() of what the file holds */
        bool written;  /* there is a file */
        bool touched;  /* something has happened since it was touched at */
        int lock;      /* cli_file_lock(), -1 = not ours */
    } * images;
    uint64_t next_us; /* real time of the next look */
    bool failed;      /* a file could not be written; said already */
};

/* `path` NULL: nothing of what follows does anything. 0, or -1: no memory. */
int cli_images_open(struct cli_images *images, struct bench_serve *serve, const char *path);
/*
 * Gives a module, just made and without supply, the flash of its file; a file that is not there is
 * made later. False with a message; another process that has the file is one, errno is EAGAIN then.
 */
bool cli_images_load(struct cli_images *images, struct bench_module *module, char *reterr_text,
                     size_t reterr_capacity);
/* Once a turn of the loop; the real time of the next call. */
uint64_t cli_images_advance(struct cli_images *images, uint64_t real_us);
/* Writes what is not yet written; false when that failed, which is said on stderr. */
bool cli_images_close(struct cli_images *images);

#endif
