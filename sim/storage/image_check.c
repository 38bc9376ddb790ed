/*
 * image_check.c - what must be true of a state besides the range of each member, and files.
 *
 * Whatever passes here can be run: cursors lie within what they point into, a file that is being
 * written is there, a phase that runs is one.
 */
#include <string.h>

#include "sim/frame.h"
#include "sim/look.h"
#include "sim/storage/image_internal.h"

/* ---- files --------------------------------------------------------------------------------- */

bool sim_image_take_file(struct sim_image_reading *reading, const uint8_t *value, size_t size)
{
    struct sim_files *files = &reading->sim.files;
    if (size < 3 || value[0] >= SIM_FILES || value[2] == 0 || value[2] >= SIM_FILE_NAME ||
        size - 3 < value[2] || reading->files[value[0]].bytes)
        return false;
    uint8_t file = value[0], directory = value[1], length = value[2];
    const char *name = (const char *)value + 3;
    struct sim_file_entry *entry = &files->entries[file];
    bool is_shown = directory < SIM_DIRECTORIES; /* the others have names of their own kind */
    if ((!is_shown && directory != SIM_DIRECTORY_HIDDEN && directory != SIM_DIRECTORY_KEPT) ||
        memchr(name, '\0', length) || (is_shown && memchr(name, '/', length)) ||
        sim_files_find(files, directory, name, length) != SIM_NO_FILE)
        return false;
    memcpy(entry->name, name, length);
    entry->directory = directory;
    entry->digest = SIM_DIGEST;
    reading->files[file] =
        (struct sim_image_file){value + 3 + length, (uint32_t)(size - 3 - length)};
    return true;
}

/* The blob with these contents, or SIM_EXTENT_IN_STORE. */
static uint16_t find_blob(const struct sim_host *host, uint64_t digest, const uint8_t *bytes,
                          uint32_t size)
{
    for (uint16_t i = 0; i < host->config->blob_count; i++) {
        const struct sim_blob *blob = &host->config->blobs[i];
        if (blob->digest == digest &&
            (!bytes || (blob->size_bytes == size && memcmp(blob->bytes, bytes, size) == 0)))
            return i;
    }
    return SIM_EXTENT_IN_STORE;
}

static bool files_fit(const struct sim_image_reading *reading)
{
    const struct sim_store *store = reading->host->store;
    uint64_t total = 0;
    for (unsigned i = 0; i < SIM_FILES; i++)
        total += reading->files[i].size_bytes;
    return total <= store->capacity - store->pinned &&
           total <= (uint64_t)sim_look_setting(&reading->sim, SIM_SETTING_FLASH_SIZE);
}

void sim_image_install(struct sim_image_reading *reading, struct sim *sim)
{
    struct sim_host quiet = *reading->host;
    quiet.on_event = NULL;
    struct sim_context ctx = {&reading->sim, &quiet, reading->now_us};
    quiet.store->used = quiet.store->pinned;
    for (uint8_t i = 0; i < SIM_FILES; i++) {
        const struct sim_image_file *file = &reading->files[i];
        if (!file->bytes)
            continue;
        uint64_t digest = sim_digest(SIM_DIGEST, file->bytes, file->size_bytes);
        uint16_t blob = find_blob(&quiet, digest, file->bytes, file->size_bytes);
        if (blob == SIM_EXTENT_IN_STORE)
            sim_files_append(&ctx, i, file->bytes, file->size_bytes);
        else
            sim_files_append_blob(&ctx, i, blob, 0, file->size_bytes);
    }
    if (reading->usb.end == 0) /* of a module without USB ports: what is queued is the UART's */
        reading->usb.head = reading->usb.end = reading->sim.port.output_free;
    if (reading->host->usb)
        *reading->host->usb = reading->usb;
    *sim = reading->sim;
}

/* ---- members that must fit each other ------------------------------------------------------ */

static const char *find_broken(const struct sim_image_reading *reading)
{
    if (reading->sim.seen_at_us != reading->now_us)
        return "seen_at_us";
    if (!reading->host->usb && reading->usb.asker != SIM_INTERFACE_UART)
        return "usb/asker"; /* who asked is not there */
    return sim_state_broken(&reading->sim, reading->host->usb ? &reading->usb : NULL);
}

/* The blob of a body that is on its way. */
static bool find_body(struct sim_image_reading *reading)
{
    struct sim_download *download = &reading->sim.download;
    if (download->state != SIM_DOWNLOAD_BODY)
        return true;
    download->blob = SIM_EXTENT_IN_STORE;
    if (reading->has_body)
        download->blob = find_blob(reading->host, reading->body, NULL, 0);
    return !reading->has_body || download->blob != SIM_EXTENT_IN_STORE;
}

enum sim_image_verdict sim_image_check(struct sim_image_reading *reading, char *reterr_member,
                                       size_t capacity)
{
    sim_timers_count(&reading->sim);
    const char *broken = find_broken(reading);
    if (broken) {
        size_t length = strlen(broken);
        if (length < capacity)
            memcpy(reterr_member, broken, length + 1);
        return SIM_IMAGE_BAD_VALUE;
    }
    if (!find_body(reading))
        return SIM_IMAGE_NO_PACKAGE;
    return files_fit(reading) ? SIM_IMAGE_GOOD : SIM_IMAGE_NO_ROOM;
}
