/*
 * stored.c - the commands and texts of stored.h: values in files, fields, the generic handler.
 *
 * A file holds one record a key: length of the key, length of the value in two bytes, both.
 */
#include "sim/at/stored.h"

#include <string.h>

enum { HEAD = 3, ALL_SIZE = 8192, KEY_MAXIMUM = 40, FIELD_SIZE = 80 };

enum {
    FORMS_VALUES = SIM_FORM_TEST | SIM_FORM_READ | SIM_FORM_WRITE,
    FORMS_WRITES = SIM_FORM_TEST | SIM_FORM_WRITE,
    FORMS_READS = SIM_FORM_TEST | SIM_FORM_READ,
    FORMS_NO_TEST = SIM_FORM_READ | SIM_FORM_WRITE
};

const struct sim_command sim_commands_stored[] = {
#define X(name, forms, saving, tag, maximum_ms, source, meaning, fields, initial, test, run,       \
          since)                                                                                   \
    {name, FORMS_##forms, SIM_##saving, tag, maximum_ms, source, meaning, test, run, since},
    SIM_STORED(X)
#undef X
        {.name = NULL},
};

static const struct {
    const char *fields;
    const char *initial;
} values[] = {
#define X(name, forms, saving, tag, maximum_ms, source, meaning, fields, initial, test, run,       \
          since)                                                                                   \
    {fields, initial},
    SIM_STORED(X)
#undef X
};

/* ---- the files ----------------------------------------------------------------------------- */

static const char live_name[] = "/stored";
static const char kept_name[] = "stored";

struct place {
    uint8_t directory;
    const char *name;
};
static const struct place live = {SIM_DIRECTORY_HIDDEN, live_name};
static const struct place kept = {SIM_DIRECTORY_KEPT, kept_name};

static size_t read_all(const struct sim_context *ctx, const struct place *place, char *all)
{
    uint8_t file =
        sim_files_find(&ctx->sim->files, place->directory, place->name, strlen(place->name));
    return file == SIM_NO_FILE
               ? 0
               : sim_files_read(&ctx->sim->files, ctx->host, file, 0, all, ALL_SIZE);
}

static size_t value_length(const char *record)
{
    return (uint8_t)record[1] + ((size_t)(uint8_t)record[2] << 8);
}

/* Offset of the record of `key`; `size` when there is none. A file from outside may hold anything:
   what cannot be a record ends it. */
static size_t find_record(const char *all, size_t *size, const char *key)
{
    size_t at = 0, found = SIZE_MAX, length = strlen(key);
    while (*size - at >= HEAD) {
        size_t whole = HEAD + (uint8_t)all[at] + value_length(all + at);
        if (whole > *size - at)
            break;
        if ((uint8_t)all[at] == length && memcmp(all + at + HEAD, key, length) == 0)
            found = at;
        at += whole;
    }
    *size = at;
    return found == SIZE_MAX ? at : found;
}

static size_t get(const struct sim_context *ctx, const struct place *place, const char *key,
                  char *buffer)
{
    char all[ALL_SIZE];
    size_t size = read_all(ctx, place, all);
    size_t at = find_record(all, &size, key);
    if (at == size)
        return 0;
    size_t length = value_length(all + at);
    if (length >= SIM_STORED_VALUE)
        return 0;
    memcpy(buffer, all + at + HEAD + (uint8_t)all[at], length);
    buffer[length] = '\0';
    return length;
}

static bool set(struct sim_context *ctx, const struct place *place, const char *key,
                const char *value, size_t length)
{
    char all[ALL_SIZE];
    size_t size = read_all(ctx, place, all);
    size_t at = find_record(all, &size, key);
    size_t key_length = strlen(key);
    size_t old = at < size ? HEAD + (uint8_t)all[at] + value_length(all + at) : 0;
    size_t new = length > 0 ? HEAD + key_length + length : 0;
    if (key_length > KEY_MAXIMUM || length >= SIM_STORED_VALUE || size - old + new > sizeof all)
        return false;
    memmove(all + at, all + at + old, size - at - old);
    size -= old;
    if (new > 0) {
        char *record = all + size;
        record[0] = (char)key_length;
        record[1] = (char)length;
        record[2] = (char)(length >> 8);
        memcpy(record + HEAD, key, key_length);
        memcpy(record + HEAD + key_length, value, length);
        size += new;
    }
    uint8_t file = sim_files_create(ctx, place->directory, place->name, strlen(place->name));
    return file != SIM_NO_FILE && sim_files_append(ctx, file, all, size);
}

size_t sim_stored_get(const struct sim_context *ctx, const char *key, enum sim_saving saving,
                      char *buffer)
{
    size_t length = 0;
    buffer[0] = '\0';
    if (saving != SIM_AUTO_SAVE)
        length = get(ctx, &live, key, buffer);
    if (length == 0 && saving != SIM_NO_SAVE)
        length = get(ctx, &kept, key, buffer);
    return length;
}

/* A write to flash is one of those that can be cut (flash.c). */
static bool keep(struct sim_context *ctx, const char *key, const char *command, const char *value,
                 size_t length)
{
    struct sim_write write = sim_nv_begin(ctx, command, strlen(command));
    bool done = write.effect == SIM_WRITE_OLD;
    if (write.effect == SIM_WRITE_NEW)
        done = set(ctx, &kept, key, value, length);
    else if (write.effect == SIM_WRITE_LOST)
        done = set(ctx, &kept, key, NULL, 0);
    return !sim_flash_end(ctx, write) && done;
}

/* AUTO_SAVE_REBOOT: RAM holds on to what was valid until a restart empties it. */
static bool set_by(struct sim_context *ctx, const char *key, enum sim_saving saving,
                   const char *command, const char *value, size_t length)
{
    char now[SIM_STORED_VALUE];
    if (saving == SIM_NO_SAVE)
        return set(ctx, &live, key, value, length);
    bool same =
        get(ctx, &kept, key, now) == length && (length == 0 || memcmp(now, value, length) == 0);
    if (same)
        return true; /* what is in flash already is not written again */
    if (saving == SIM_AUTO_SAVE_REBOOT) {
        size_t now_length = sim_stored_get(ctx, key, saving, now);
        if (!set(ctx, &live, key, now_length > 0 ? now : "-", now_length > 0 ? now_length : 1))
            return false;
    }
    return keep(ctx, key, command, value, length);
}

bool sim_stored_set(struct sim_context *ctx, const char *key, enum sim_saving saving,
                    const char *value, size_t length)
{
    return set_by(ctx, key, saving, key, value, length);
}

static void delete_all(struct sim_context *ctx, const struct place *place)
{
    uint8_t file =
        sim_files_find(&ctx->sim->files, place->directory, place->name, strlen(place->name));
    if (file != SIM_NO_FILE)
        sim_files_delete(ctx, file);
}

void sim_stored_reset(struct sim_context *ctx, enum sim_reset reset)
{
    (void)reset;
    delete_all(ctx, &live);
}

void sim_stored_lose(struct sim_context *ctx)
{
    delete_all(ctx, &kept);
}

/* ---- texts --------------------------------------------------------------------------------- */

static const struct {
    const char *key, *command;
    uint8_t saving; /* enum sim_saving */
} texts[] = {
#define X(NAME, saving, command) {#NAME, command, SIM_##saving},
    SIM_TEXTS(X)
#undef X
};

bool sim_text_set(struct sim_context *ctx, enum sim_text text, const char *bytes, size_t length)
{
    return set_by(ctx, texts[text].key, (enum sim_saving)texts[text].saving, texts[text].command,
                  bytes, length);
}

size_t sim_text_get(const struct sim_context *ctx, enum sim_text text, char *buffer,
                    size_t capacity)
{
    char whole[SIM_STORED_VALUE];
    size_t length =
        sim_stored_get(ctx, texts[text].key, (enum sim_saving)texts[text].saving, whole);
    if (length >= capacity)
        length = capacity - 1;
    memcpy(buffer, whole, length);
    buffer[length] = '\0';
    return length;
}

/* ---- values of rows ------------------------------------------------------------------------ */

static const char *fields_of(const struct sim_command *row)
{
    return values[row - sim_commands_stored].fields;
}

size_t sim_stored_value(const struct sim_context *ctx, const struct sim_command *row, char *buffer)
{
    const char *initial = values[row - sim_commands_stored].initial;
    size_t length = sim_stored_get(ctx, row->name, (enum sim_saving)row->saving, buffer);
    if (length > 0 && buffer[0] != '-')
        return length;
    length = strlen(initial); /* "-": nothing was set when the module started */
    memcpy(buffer, initial, length + 1);
    return length;
}

int32_t sim_stored_number(const struct sim_context *ctx, const char *command)
{
    char value[SIM_STORED_VALUE];
    int32_t number = 0;
    const struct sim_command *row = sim_commands_stored;
    while (row->name[1] != command[1] || row->name[2] != command[2] ||
           strcmp(row->name, command) != 0)
        row++;
    sim_stored_value(ctx, row, value);
    for (const char *c = value; *c >= '0' && *c <= '9'; c++)
        number = number * 10 + (*c - '0');
    return number;
}

/* ---- fields -------------------------------------------------------------------------------- */

/* Copies the field that begins at *text to `field`; false at the end. */
static bool next_field(const char **text, char *field, size_t capacity)
{
    size_t length = strcspn(*text, ";|");
    if (**text == '\0' || length >= capacity)
        return false;
    memcpy(field, *text, length);
    field[length] = '\0';
    *text += length + ((*text)[length] != '\0');
    return true;
}

static int32_t read_number(const char **text)
{
    int32_t value = 0;
    for (; **text >= '0' && **text <= '9'; (*text)++)
        value = value * 10 + (**text - '0');
    return value;
}

static bool in_range(const char *range, int32_t value)
{
    while (*range) {
        int32_t low = read_number(&range);
        int32_t high = low;
        if (*range == '-') {
            range++;
            high = read_number(&range);
        }
        if (value >= low && value <= high)
            return true;
        range += *range == ',';
    }
    return false;
}

/* "A,B": one of the words. */
static bool is_word(const char *words, const char *text, size_t length)
{
    while (*words) {
        size_t size = strcspn(words, ",");
        if (size == length && memcmp(words, text, length) == 0)
            return true;
        words += size + (words[size] == ',');
    }
    return false;
}

static bool text_fits(const char *field, const char *text, size_t length)
{
    if (field[0] == '\'')
        return is_word(field + 1, text, length);
    const char *digits = field + 1;
    size_t limit = (size_t)read_number(&digits);
    if (field[0] == '"')
        return length <= limit && !memchr(text, '\0', length);
    for (size_t i = 0; i < length; i++)
        if (text[i] != '0' && text[i] != '1')
            return false;
    return length == limit;
}

/* Adds the index-th argument as the field wants it; false when it does not fit. */
static bool take_field(const struct sim_call *call, unsigned index, const char *field, char *value,
                       size_t *length)
{
    const char *text;
    size_t size;
    int32_t number;
    bool is_text = field[0] == '"' || field[0] == '#' || field[0] == '\'';
    if (!sim_argument_text(call, index, &text, &size) || *length + size + 4 > SIM_STORED_VALUE)
        return false;
    if (is_text && !text_fits(field, text, size))
        return false;
    if (!is_text &&
        (!sim_argument_number(call, index, 0, INT32_MAX, &number) || !in_range(field, number)))
        return false;
    if (*length > 0)
        value[(*length)++] = ',';
    if (is_text)
        value[(*length)++] = '"';
    memcpy(value + *length, text, size);
    *length += size;
    if (is_text)
        value[(*length)++] = '"';
    return true;
}

/* What is left out stays as it is, if it has a value at all. */
int sim_stored_write(struct sim_call *call)
{
    char value[SIM_STORED_VALUE], now[SIM_STORED_VALUE], field[FIELD_SIZE];
    struct sim_call before = *call;
    const char *fields = fields_of(call->command);
    unsigned needed = 1, count = sim_argument_count(call), index = 0;
    size_t length = 0;
    for (const char *c = fields; *c && *c != '|'; c++)
        needed += *c == ';';
    before.length = sim_stored_value(call->ctx, call->command, now);
    before.arguments = now;
    for (; next_field(&fields, field, sizeof field); index++) {
        bool given = index < count;
        if (!given && index >= sim_argument_count(&before))
            break;
        if (!take_field(given ? call : &before, index, field, value, &length))
            return SIM_FAILED;
    }
    if (count < needed || count > index)
        return SIM_FAILED;
    bool done = sim_stored_set(call->ctx, call->command->name,
                               (enum sim_saving)call->command->saving, value, length);
    if (!sim_power_is_up(call->ctx->sim))
        return SIM_NO_RESULT;
    return done ? SIM_DONE : SIM_CME_MEMORY_FULL;
}

static void put_words(struct sim_context *ctx, const char *words)
{
    sim_put_text(ctx, "(\"");
    for (; *words; words++)
        if (*words == ',')
            sim_put_text(ctx, "\",\"");
        else
            sim_put_bytes(ctx, words, 1);
    sim_put_text(ctx, "\")");
}

static void put_field_range(struct sim_context *ctx, const char *field)
{
    if (field[0] == '\'') {
        put_words(ctx, field + 1);
        return;
    }
    if (field[0] == '#') {
        const char *digits = field + 1;
        int32_t count = read_number(&digits);
        for (int32_t side = 0; side < 2; side++) {
            sim_put_text(ctx, side ? "-\"" : "(\"");
            for (int32_t i = 0; i < count; i++)
                sim_put_text(ctx, side ? "1" : "0");
            sim_put_text(ctx, "\"");
        }
        sim_put_text(ctx, ")");
        return;
    }
    sim_put_text(ctx, field[0] == '"' ? "(0-" : "(");
    sim_put_text(ctx, field + (field[0] == '"'));
    sim_put_text(ctx, ")");
}

static void print_ranges(struct sim_call *call)
{
    char field[FIELD_SIZE];
    const char *fields = fields_of(call->command);
    sim_line_begin(call->ctx);
    sim_put_text(call->ctx, call->command->name);
    sim_put_text(call->ctx, ": ");
    for (unsigned i = 0; next_field(&fields, field, sizeof field); i++) {
        sim_put_text(call->ctx, i > 0 ? "," : "");
        put_field_range(call->ctx, field);
    }
    sim_line_end(call->ctx);
}

int sim_run_stored(struct sim_call *call)
{
    char value[SIM_STORED_VALUE];
    if (call->form == SIM_FORM_WRITE)
        return sim_stored_write(call);
    if (call->form == SIM_FORM_TEST) {
        print_ranges(call);
        return SIM_DONE;
    }
    sim_stored_value(call->ctx, call->command, value);
    sim_line_begin(call->ctx);
    sim_put_text(call->ctx, call->command->name);
    sim_put_text(call->ctx, ": ");
    sim_put_text(call->ctx, value);
    sim_line_end(call->ctx);
    return SIM_DONE;
}

int sim_run_first_value(struct sim_call *call)
{
    if (call->form != SIM_FORM_READ)
        return sim_run_stored(call);
    sim_line_begin(call->ctx);
    sim_put_text(call->ctx, call->command->name);
    sim_put_text(call->ctx, ": ");
    sim_put_number(call->ctx, sim_stored_number(call->ctx, call->command->name));
    sim_line_end(call->ctx);
    return SIM_DONE;
}
