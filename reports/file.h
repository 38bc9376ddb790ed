/*
 * file.h - a file that appears whole or not at all: how everything that this project writes to a
 * path of the user's is written.
 *
 * What is to be replaced is a regular file or nothing: then the bytes go to a fresh file beside it,
 * under a name that nobody can have planted, which is renamed at the end. A device or a FIFO is
 * never replaced but written straight, as a shell's `>` does it (a FIFO waits for its reader). A
 * link is followed when we or root made it; one that leads nowhere is replaced; somebody else's is
 * refused with EPERM. A folder is refused with EISDIR.
 *
 * What is read is a regular file, too, or what a shell joined to the program (/dev/stdin, <(...)).
 *
 * Functions that return int return 0, or -1 with errno set.
 */
#ifndef FOTARIG_REPORTS_FILE_H
#define FOTARIG_REPORTS_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* A file that is being written; all zero = none. */
struct report_file {
    FILE *out;   /* write here; trouble is told by report_file_close() */
    char *path;  /* private: what is replaced, links followed */
    char *fresh; /* private: the name it has meanwhile; NULL = written straight */
};

/* What must be true when report_file_close() has returned. */
enum report_file_care {
    REPORT_FILE_WHOLE,  /* readers find the old file or the new one, after a loss of power, too */
    REPORT_FILE_DURABLE /* and it is the new one: what can't be made again */
};

/* Begins to write what will stand at `path`; -1 leaves *ret_file zero. */
int report_file_open(struct report_file *ret_file, const char *path);

/* Ends it: the file stands at its path, with the mode that umask gives; -1: it was discarded. */
int report_file_close(struct report_file *file, enum report_file_care care);

/* Gives it up; what stood at the path stays. Nothing happens when it is zero. */
void report_file_discard(struct report_file *file);

/*
 * For what reads a file now and replaces it later: -1 with EPERM where a stranger's link stands, so
 * that it is not read either; 0 for all else.
 */
int report_file_may_replace(const char *path);

/* All of the above for bytes in memory. */
int report_file_write(const char *path, const void *bytes, size_t size, enum report_file_care care);

/*
 * A descriptor for what is written bit by bit and is of use while it grows (a log, a recording): a
 * regular file is emptied and written in place, the rest as report_file_open() has it. -1 with
 * errno.
 */
int report_file_sink(const char *path);

/*
 * A descriptor to read from; a folder (EISDIR), a FIFO or a socket (ESPIPE) is refused at once
 * instead of waited for, but for what stands in /dev or /proc. -1 with errno set.
 */
int report_file_source(const char *path);

/* The same as a stream; NULL with errno set. */
FILE *report_file_source_stream(const char *path);

/* What strerror() says of `error`, and of the above in words that tell what was met. */
const char *report_file_reason(int error);

/*
 * A file without a name on the disk of `path`, for reading and writing, gone when it is closed.
 * NULL with errno set.
 */
FILE *report_file_unnamed(const char *path);

#endif
