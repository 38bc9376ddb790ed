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
    sim_timers_count(sim);
}

/* ---- members that must fit each other ------------------------------------------------------ */

static bool timer_runs(const struct sim *sim, enum sim_timer timer)
{
    return sim->timer_at_us[timer] != SIM_NEVER;
}

static bool file_is_there(const struct sim *sim, uint8_t number)
{
    return number == 0 || sim->files.entries[number - 1].name[0] != '\0';
}

static bool time_is_told(const struct sim_image_reading *reading)
{
    return reading->sim.seen_at_us == reading->now_us;
}

static bool boot_step_is_one(const struct sim_image_reading *reading)
{
    return !timer_runs(&reading->sim, SIM_TIMER_BOOT) ||
           reading->sim.power.boot_step <= sim_boot_steps();
}

static bool output_is_ordered(const struct sim_image_reading *reading)
{
    const struct sim_port *port = &reading->sim.port;
    return port->output_head <= port->output_free && port->output_free <= port->output_end;
}

static bool bulk_is_ordered(const struct sim_image_reading *reading)
{
    const struct sim_port *port = &reading->sim.port;
    uint16_t from = port->output_head;
    for (unsigned i = 0; i < port->bulk_count; i++) {
        if (port->bulk[i].position < from || port->bulk[i].position > port->output_end)
            return false;
        from = port->bulk[i].position;
    }
    return true;
}

static bool rate_is_ahead(const struct sim_image_reading *reading)
{
    const struct sim_port *port = &reading->sim.port;
    return port->rate_pending != 1 ||
           (port->rate_position >= port->output_head && port->rate_position <= port->output_end);
}

static bool line_ends(const struct sim_image_reading *reading)
{
    return reading->sim.port.typed.text[SIM_LINE_SIZE] == '\0';
}

static bool asker_is_there(const struct sim_image_reading *reading)
{
    return reading->host->usb || reading->usb.asker == SIM_INTERFACE_UART;
}

/* Ends one after the other; what lies before them may be sent. */
static bool spans_are_ordered(const struct sim_image_reading *reading)
{
    const struct sim_usb *usb = &reading->usb;
    uint16_t end = 0;
    for (unsigned i = 0; i < usb->span_count; i++) {
        if (usb->spans[i].end < end)
            return false;
        end = usb->spans[i].end;
    }
    return end <= usb->end && usb->end <= reading->sim.port.output_free &&
           usb->head <= reading->sim.port.output_free;
}

/* The line that the engine has. */
static const struct sim_typed *asked(const struct sim_image_reading *reading)
{
    uint8_t asker = reading->usb.asker;
    return asker == SIM_INTERFACE_UART ? &reading->sim.port.typed
                                       : &reading->usb.typed[asker - SIM_INTERFACE_USB_AT];
}

static bool cursor_is_in_line(const struct sim_image_reading *reading)
{
    const struct sim_interpreter *interpreter = &reading->sim.interpreter;
    return interpreter->state != SIM_INTERPRETER_PENDING || /* it goes on from there */
           interpreter->cursor <= asked(reading)->length;
}

static bool data_is_awaited(const struct sim_image_reading *reading)
{
    const struct sim *sim = &reading->sim;
    return sim->port.taker == SIM_TAKER_NONE || sim->port.data_left_bytes != 0;
}

static bool upload_is_there(const struct sim_image_reading *reading)
{
    const struct sim_files *files = &reading->sim.files;
    return file_is_there(&reading->sim, files->upload_file);
}

static bool download_file_is_there(const struct sim_image_reading *reading)
{
    return file_is_there(&reading->sim, reading->sim.download.file);
}

static bool download_has_rate(const struct sim_image_reading *reading)
{
    const struct sim_download *download = &reading->sim.download;
    return download->state != SIM_DOWNLOAD_BODY || download->rate_bytes_per_s > 0;
}

static bool echo_is_queued(const struct sim_image_reading *reading)
{
    return reading->sim.port.echo_end <= reading->sim.port.output_end;
}

static bool input_is_in_line(const struct sim_image_reading *reading)
{
    return asked(reading)->length + reading->sim.message.input_length <= SIM_LINE_SIZE;
}

static bool phase_can_run(const struct sim_image_reading *reading)
{
    const struct sim_updater *updater = &reading->sim.updater;
    return updater->stage != SIM_UPDATER_STAGE_RUN ||
           (updater->phase >= SIM_PHASE_VERIFY && updater->phase <= SIM_PHASE_RESTORE_AP);
}

/* Points one after the other, as far apart at most as one action can put them. */
static bool waveform_is_ordered(const struct sim_image_reading *reading)
{
    const struct sim_supply *supply = &reading->sim.supply;
    for (unsigned i = 1; i < supply->point_count; i++)
        if (supply->point_at_us[i] <= supply->point_at_us[i - 1] ||
            supply->point_at_us[i] - supply->point_at_us[i - 1] > UINT32_MAX * 1000ull)
            return false;
    return true;
}

static const struct {
    const char *member;
    bool (*holds)(const struct sim_image_reading *reading);
} rules[] = {
    {"seen_at_us", time_is_told},
    {"power.boot_step", boot_step_is_one},
    {"port.output_free", output_is_ordered},
    {"port.bulk.position", bulk_is_ordered},
    {"port.rate_position", rate_is_ahead},
    {"port.typed.text", line_ends},
    {"usb/asker", asker_is_there},
    {"usb/spans.end", spans_are_ordered},
    {"interpreter.cursor", cursor_is_in_line},
    {"port.data_left_bytes", data_is_awaited},
    {"files.upload_file", upload_is_there},
    {"download.file", download_file_is_there},
    {"download.rate_bytes_per_s", download_has_rate},
    {"port.echo_end", echo_is_queued},
    {"message.input_length", input_is_in_line},
    {"updater.phase", phase_can_run},
    {"supply.point_at_us", waveform_is_ordered},
};

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
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        size_t length = strlen(rules[i].member);
        if (rules[i].holds(reading))
            continue;
        if (length < capacity)
            memcpy(reterr_member, rules[i].member, length + 1);
        return SIM_IMAGE_BAD_VALUE;
    }
    if (!find_body(reading))
        return SIM_IMAGE_NO_PACKAGE;
    return files_fit(reading) ? SIM_IMAGE_GOOD : SIM_IMAGE_NO_ROOM;
}
