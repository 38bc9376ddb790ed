/*
 * texts.c - texts that commands set (URLs, names, passwords), one after the other in a hidden file:
 * number of the text, two bytes of length, the text. They would fill the module's state otherwise.
 */
#include <string.h>

#include "sim/services/net.h"

enum { RECORD_HEAD = 3, ALL_SIZE = 4096 };

/* ---- hidden files -------------------------------------------------------------------------- */

uint8_t sim_hidden_find(const struct sim_context *ctx, const char *name)
{
    return sim_files_find(&ctx->sim->files, SIM_DIRECTORY_HIDDEN, name, strlen(name));
}

uint32_t sim_hidden_size(const struct sim_context *ctx, const char *name)
{
    uint8_t file = sim_hidden_find(ctx, name);
    return file == SIM_NO_FILE ? 0 : ctx->sim->files.entries[file].size_bytes;
}

void sim_hidden_delete(struct sim_context *ctx, const char *name)
{
    uint8_t file = sim_hidden_find(ctx, name);
    if (file != SIM_NO_FILE)
        sim_files_delete(ctx, file);
}

/* ---- words --------------------------------------------------------------------------------- */

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

bool sim_same_word(const char *word, const char *text, size_t length)
{
    if (strlen(word) != length)
        return false;
    for (size_t i = 0; i < length; i++)
        if (upper(word[i]) != upper(text[i]))
            return false;
    return true;
}

bool sim_number_of(const char *text, size_t length, int32_t maximum, int32_t *ret_value)
{
    int64_t value = 0;
    if (length == 0)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        value = value * 10 + (text[i] - '0');
        if (value > maximum)
            return false;
    }
    *ret_value = (int32_t)value;
    return true;
}

/* ---- texts --------------------------------------------------------------------------------- */

/* Texts that a restart keeps (AT106 9.2: AUTO_SAVE) lie in a file of flash. */
static bool is_kept(enum sim_text text)
{
    return (text >= SIM_TEXT_SH_URL && text <= SIM_TEXT_SH_IPVER) || text == SIM_TEXT_SH_HEADERS ||
           text == SIM_TEXT_SH_PARAMETERS;
}

static uint8_t directory_of(enum sim_text text)
{
    return is_kept(text) ? SIM_DIRECTORY_KEPT : SIM_DIRECTORY_HIDDEN;
}

static size_t read_all(const struct sim_context *ctx, enum sim_text text, uint8_t *all)
{
    uint8_t file = sim_files_find(&ctx->sim->files, directory_of(text), SIM_TEXTS_FILE,
                                  sizeof SIM_TEXTS_FILE - 1);
    if (file == SIM_NO_FILE)
        return 0;
    return sim_files_read(&ctx->sim->files, ctx->host, file, 0, all, ALL_SIZE);
}

static size_t record_size(const uint8_t *record)
{
    return RECORD_HEAD + record[1] + (size_t)record[2] * 256;
}

/* Offset of the record of `text`, or `size` when there is none. */
static size_t find_record(const uint8_t *all, size_t size, enum sim_text text)
{
    size_t at = 0;
    while (at < size && all[at] != text)
        at += record_size(all + at);
    return at;
}

static bool set_text(struct sim_context *ctx, enum sim_text text, const char *bytes, size_t length)
{
    uint8_t all[ALL_SIZE];
    size_t size = read_all(ctx, text, all);
    size_t at = find_record(all, size, text);
    size_t old = at < size ? record_size(all + at) : 0;
    size_t new = length > 0 ? RECORD_HEAD + length : 0;
    if (length >= SIM_TEXT_SIZE || size - old + new > sizeof all)
        return false;
    memmove(all + at, all + at + old, size - at - old);
    size -= old;
    if (new > 0) {
        all[size] = (uint8_t)text;
        all[size + 1] = (uint8_t)length;
        all[size + 2] = (uint8_t)(length >> 8);
        memcpy(all + size + RECORD_HEAD, bytes, length);
        size += new;
    }
    uint8_t file =
        sim_files_create(ctx, directory_of(text), SIM_TEXTS_FILE, sizeof SIM_TEXTS_FILE - 1);
    return file != SIM_NO_FILE && sim_files_append(ctx, file, all, size);
}

/* A write to flash is one of those that can be cut (flash.c); what is there already is none. */
bool sim_text_set(struct sim_context *ctx, enum sim_text text, const char *bytes, size_t length)
{
    char now[SIM_TEXT_SIZE];
    if (!is_kept(text))
        return set_text(ctx, text, bytes, length);
    if (sim_text_get(ctx, text, now, sizeof now) == length &&
        (length == 0 || memcmp(now, bytes, length) == 0))
        return true;
    struct sim_write write = sim_nv_begin(ctx, "+SHCONF", sizeof "+SHCONF" - 1);
    bool done = write.effect == SIM_WRITE_OLD;
    if (write.effect == SIM_WRITE_NEW)
        done = set_text(ctx, text, bytes, length);
    else if (write.effect == SIM_WRITE_LOST)
        done = set_text(ctx, text, NULL, 0);
    return !sim_flash_end(ctx, write) && done;
}

size_t sim_text_get(const struct sim_context *ctx, enum sim_text text, char *buffer,
                    size_t capacity)
{
    uint8_t all[ALL_SIZE];
    size_t size = read_all(ctx, text, all);
    size_t at = find_record(all, size, text);
    size_t length = at < size ? record_size(all + at) - RECORD_HEAD : 0;
    if (length >= capacity)
        length = capacity - 1;
    if (length > 0)
        memcpy(buffer, all + at + RECORD_HEAD, length);
    buffer[length] = '\0';
    return length;
}
