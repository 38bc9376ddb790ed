/* images.c - flash images on disk. */
#include "harness/cli/images.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/cli/image_proof.h"
#include "harness/cli/whole_file.h"
#include "reports/file.h"
#include "sim/image.h"

enum { LIMIT_BYTES = 64 * 1024 * 1024 };

static const char *file_name(const struct cli_images *images, uint32_t index, char *buffer)
{
    if (images->serve->module_count == 1)
        snprintf(buffer, PATH_MAX, "%s", images->path);
    else
        snprintf(buffer, PATH_MAX, "%s.%lu", images->path, (unsigned long)index);
    return buffer;
}

/* ---- reading ------------------------------------------------------------------------------ */

static bool lock_image(struct cli_image *image, const char *name, char *reterr_text,
                       size_t reterr_capacity)
{
    long holder = 0;

    image->lock = report_file_may_replace(name) == 0 ? cli_file_lock(name, &holder) : -1;
    if (image->lock >= 0)
        return true;
    if (errno == EAGAIN) {
        snprintf(reterr_text, reterr_capacity,
                 "image '%s' is in use by process %ld; stop that one or name another file", name,
                 holder);
        errno = EAGAIN;
    } else {
        snprintf(reterr_text, reterr_capacity, "cannot lock image '%s': %s", name,
                 report_file_reason(errno));
    }
    return false;
}

/* A value that does not fit is no reason to give up a whole flash, but nothing to keep quiet of. */
static void tell_left_out(const char *name, const struct sim_image_report *report)
{
    const char *command = strchr(report->member, '/');
    if (report->left_out)
        fprintf(stderr,
                "fotarig sim: image '%s': the value of %s is one that no module can have; it is as "
                "in a new module (%u such in all)\n",
                name, command ? command + 1 : report->member, report->left_out);
}

/* False with errno and a message: the file cannot be taken over. */
static bool read_image(struct cli_image *image, struct bench_module *module, const char *name,
                       char *reterr_text, size_t reterr_capacity)
{
    struct sim_image_report report;
    size_t size;
    uint8_t *bytes = cli_file_read(name, LIMIT_BYTES, &size);

    if (!bytes) {
        snprintf(reterr_text, reterr_capacity, "cannot read image '%s': %s", name,
                 report_file_reason(errno));
        return errno == ENOENT;
    }
    image->written = sim_image_read(&module->run.world.sim, &module->run.sim_host, SIM_IMAGE_FLASH,
                                    bytes, size, &report);
    cli_file_free(bytes);
    image->mark = sim_image_mark(&module->run.world.sim, &module->run.sim_host);
    if (image->written)
        tell_left_out(name, &report);
    else
        snprintf(reterr_text, reterr_capacity,
                 "image '%s' is refused: %s%s%s%s; left as it is, name another file", name,
                 sim_image_text(report.verdict),
                 report.member[0] || report.verdict == SIM_IMAGE_OTHER_VARIANT ? ": " : "",
                 report.verdict == SIM_IMAGE_OTHER_VARIANT ? "" : report.member,
                 report.verdict == SIM_IMAGE_OTHER_VARIANT ? report.variant : "");
    errno = EINVAL;
    return image->written;
}

bool cli_images_load(struct cli_images *images, struct bench_module *module, char *reterr_text,
                     size_t reterr_capacity)
{
    struct cli_image *image;
    char name[PATH_MAX];
    int kept;

    if (!images->path)
        return true;
    image = &images->images[module->index];
    if (!lock_image(image, file_name(images, module->index, name), reterr_text, reterr_capacity))
        return false;
    if (read_image(image, module, name, reterr_text, reterr_capacity))
        return true;
    kept = errno;
    cli_file_unlock(name, image->lock);
    image->lock = -1;
    errno = kept;
    return false;
}

/* ---- writing ------------------------------------------------------------------------------ */

static bool write_image(struct cli_images *images, const struct bench_module *module)
{
    size_t size =
        sim_image_write(&module->run.world.sim, &module->run.sim_host, SIM_IMAGE_FLASH, NULL, 0);
    uint8_t *bytes = malloc(size);
    char name[PATH_MAX], why[200] = "";
    struct sim_image_report report;
    bool good = bytes && sim_image_write(&module->run.world.sim, &module->run.sim_host,
                                         SIM_IMAGE_FLASH, bytes, size) == size;

    file_name(images, module->index, name);
    good = good &&
           cli_image_proves(module, SIM_IMAGE_FLASH, bytes, size, &report, why, sizeof why) &&
           !report_file_write(name, bytes, size, REPORT_FILE_DURABLE);
    if (!good && !images->failed)
        cli_error(&cli_command_sim, "cannot write image '%s': %s", name,
                  why[0] ? why : report_file_reason(errno));
    images->failed = !good;
    free(bytes);
    return good;
}

/* Writes the file if the flash is not what it holds. */
static bool update_image(struct cli_images *images, const struct bench_module *module)
{
    struct cli_image *image = &images->images[module->index];
    uint64_t mark = sim_image_mark(&module->run.world.sim, &module->run.sim_host);

    if (image->written && image->mark == mark)
        return true;
    if (!write_image(images, module))
        return false;
    image->written = true;
    image->mark = mark;
    return true;
}

static void on_record(void *context, const struct bench_record *record)
{
    struct cli_images *images = context;

    if (record->kind != BENCH_JOURNAL_MODULE)
        return;
    images->images[record->bench].touched = true;
    if (images->next_us == BENCH_NEVER)
        images->next_us = bench_clock_us() + CLI_IMAGES_US;
}

/* Any of them may have been touched. */
static void on_lost(void *context, uint64_t count)
{
    struct cli_images *images = context;

    (void)count;
    for (uint32_t i = 0; i < images->serve->module_count; i++)
        images->images[i].touched = true;
}

uint64_t cli_images_advance(struct cli_images *images, uint64_t real_us)
{
    if (real_us < images->next_us)
        return images->next_us;
    images->next_us = BENCH_NEVER;
    for (uint32_t i = 0; i < images->serve->module_count; i++) {
        if (!images->images[i].touched)
            continue;
        images->images[i].touched = false;
        if (!update_image(images, images->serve->modules[i])) {
            images->images[i].touched = true; /* later again */
            images->next_us = real_us + CLI_IMAGES_US;
        }
    }
    return images->next_us;
}

/* ---- life --------------------------------------------------------------------------------- */

int cli_images_open(struct cli_images *images, struct bench_serve *serve, const char *path)
{
    memset(images, 0, sizeof *images);
    images->serve = serve;
    images->next_us = BENCH_NEVER;
    images->view = (struct bench_view){.record = on_record, .lost = on_lost, .context = images};
    if (!path)
        return 0;
    images->images = calloc(serve->module_count, sizeof *images->images);
    if (!images->images)
        return -1;
    for (uint32_t i = 0; i < serve->module_count; i++)
        images->images[i].lock = -1;
    images->path = path;
    return 0;
}

bool cli_images_close(struct cli_images *images)
{
    bool good = true;

    for (uint32_t i = 0; images->path && i < images->serve->module_count; i++) {
        char name[PATH_MAX];
        if (images->images[i].lock < 0) /* not read, so not ours to write */
            continue;
        good = update_image(images, images->serve->modules[i]) && good;
        cli_file_unlock(file_name(images, i, name), images->images[i].lock);
    }
    free(images->images);
    images->images = NULL;
    images->path = NULL;
    return good;
}
