/*
 * message_store.c - messages in flash: a file of records, of which the last one of a slot counts.
 *
 *   slot, status, length, 0, octets      status DELETED: the slot is free again
 *                                        length 0: only the status changes
 *
 * Nothing is changed in place, so snapshots see what they saw. The file is written anew when most
 * of it is history. The card's messages lie there as well: neither loses them by a restart. The
 * power may be cut at a write: false then, and the module is off.
 */
#include <string.h>

#include "sim/sms/message_engine.h"

enum { HEADER = 4, DELETED = 255, HISTORY_BYTES = 4096 };

static const char file_name[] = "messages";
static const char new_name[] = "messages.new";

static uint8_t find(const struct sim_context *ctx)
{
    return sim_files_find(&ctx->sim->files, SIM_DIRECTORY_KEPT, file_name, sizeof file_name - 1);
}

/* ---- reading ------------------------------------------------------------------------------- */

static void apply(struct sim_message_list *list, const uint8_t header[HEADER], uint32_t offset)
{
    struct sim_message_slot *slot = &list->slots[header[0]];
    if (header[1] == DELETED) {
        memset(slot, 0, sizeof *slot);
        return;
    }
    slot->status = header[1];
    if (header[2] > 0) {
        slot->offset = offset;
        slot->length = header[2];
    }
}

/* Stops at the first record that cannot be: a file from outside may hold anything. */
void sim_messages_list(const struct sim_context *ctx, struct sim_message_list *ret_list)
{
    uint8_t header[HEADER];
    uint8_t file = find(ctx);
    uint32_t at = 0;
    memset(ret_list, 0, sizeof *ret_list);
    if (file == SIM_NO_FILE)
        return;
    while (sim_files_read(&ctx->sim->files, ctx->host, file, at, header, HEADER) == HEADER) {
        bool fits = header[0] < SIM_MESSAGE_SLOTS && header[2] <= SIM_MESSAGE_MAX &&
                    (header[1] < SIM_STATUS_ALL || header[1] == DELETED) &&
                    at + HEADER + header[2] <= ctx->sim->files.entries[file].size_bytes;
        if (!fits)
            return;
        apply(ret_list, header, at + HEADER);
        at += HEADER + header[2];
    }
}

unsigned sim_messages_capacity(const struct sim_context *ctx, unsigned storage)
{
    if (storage == SIM_STORAGE_MODULE)
        return (unsigned)sim_setting(ctx, SIM_SETTING_SMS_MODULE_SLOTS);
    if (sim_card_error(ctx) != 0)
        return 0; /* T16 */
    return (unsigned)sim_setting(ctx, SIM_SETTING_SMS_CARD_SLOTS);
}

unsigned sim_messages_count(const struct sim_message_list *list, unsigned storage)
{
    unsigned count = 0;
    for (unsigned i = 0; i < SIM_STORAGE_SLOTS; i++)
        count += list->slots[storage * SIM_STORAGE_SLOTS + i].length > 0;
    return count;
}

size_t sim_message_read(const struct sim_context *ctx, const struct sim_message_slot *slot,
                        uint8_t *buffer)
{
    uint8_t file = find(ctx);
    if (file == SIM_NO_FILE || slot->length == 0)
        return 0;
    return sim_files_read(&ctx->sim->files, ctx->host, file, slot->offset, buffer, slot->length);
}

/* ---- writing ------------------------------------------------------------------------------- */

static bool append_record(struct sim_context *ctx, uint8_t file, unsigned slot, unsigned status,
                          const uint8_t *bytes, size_t size)
{
    uint8_t record[HEADER + SIM_MESSAGE_MAX] = {(uint8_t)slot, (uint8_t)status, (uint8_t)size, 0};
    if (size > 0)
        memcpy(record + HEADER, bytes, size);
    return sim_files_append(ctx, file, record, HEADER + size);
}

static bool copy_live(struct sim_context *ctx, const struct sim_message_list *list, uint8_t to)
{
    uint8_t bytes[SIM_MESSAGE_MAX];
    for (unsigned i = 0; i < SIM_MESSAGE_SLOTS; i++) {
        size_t size = sim_message_read(ctx, &list->slots[i], bytes);
        if (size > 0 && !append_record(ctx, to, i, list->slots[i].status, bytes, size))
            return false;
    }
    return true;
}

/* Leaves the history out. Without room for a copy the file stays as it is. */
static void write_anew(struct sim_context *ctx)
{
    struct sim_message_list list;
    uint8_t old = find(ctx);
    sim_messages_list(ctx, &list);
    uint8_t file = sim_files_create(ctx, SIM_DIRECTORY_KEPT, new_name, sizeof new_name - 1);
    if (file == SIM_NO_FILE)
        return;
    if (!copy_live(ctx, &list, file)) {
        sim_files_delete(ctx, file);
        return;
    }
    sim_files_delete(ctx, old);
    struct sim_file_entry *entry = &ctx->sim->files.entries[file];
    memset(entry->name, 0, sizeof entry->name);
    memcpy(entry->name, file_name, sizeof file_name);
}

static uint32_t live_bytes(const struct sim_context *ctx)
{
    struct sim_message_list list;
    uint32_t live = 0;
    sim_messages_list(ctx, &list);
    for (unsigned i = 0; i < SIM_MESSAGE_SLOTS; i++)
        live += list.slots[i].length;
    return live;
}

static bool write(struct sim_context *ctx, unsigned slot, unsigned status, const uint8_t *bytes,
                  size_t size)
{
    uint8_t file = find(ctx);
    if (file == SIM_NO_FILE)
        file = sim_files_create(ctx, SIM_DIRECTORY_KEPT, file_name, sizeof file_name - 1);
    if (file == SIM_NO_FILE)
        return false;
    struct sim_write cut = sim_nv_begin(ctx, "message", sizeof "message" - 1);
    if (cut.effect != SIM_WRITE_NEW) {
        if (cut.effect == SIM_WRITE_LOST)
            append_record(ctx, file, slot, DELETED, NULL, 0);
        sim_flash_end(ctx, cut);
        return false;
    }
    bool done = append_record(ctx, file, slot, status, bytes, size);
    if (!done || ctx->sim->files.entries[file].size_bytes > 2 * live_bytes(ctx) + HISTORY_BYTES)
        write_anew(ctx);
    done = done || append_record(ctx, find(ctx), slot, status, bytes, size);
    return !sim_flash_end(ctx, cut) && done;
}

int sim_message_add(struct sim_context *ctx, unsigned storage, enum sim_message_status status,
                    const uint8_t *bytes, size_t size)
{
    struct sim_message_list list;
    sim_messages_list(ctx, &list);
    for (unsigned i = 0; i < sim_messages_capacity(ctx, storage); i++) {
        unsigned slot = storage * SIM_STORAGE_SLOTS + i;
        if (list.slots[slot].length == 0)
            return write(ctx, slot, status, bytes, size) ? (int)slot : -1;
    }
    return -1;
}

bool sim_message_mark(struct sim_context *ctx, unsigned slot, enum sim_message_status status)
{
    return write(ctx, slot, status, NULL, 0);
}

bool sim_message_delete(struct sim_context *ctx, unsigned slot)
{
    return write(ctx, slot, DELETED, NULL, 0);
}
