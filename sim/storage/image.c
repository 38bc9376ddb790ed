/*
 * image.c - the container: header, digest, records; writing and reading by the table of
 * image_fields.h. What an image means for the state as a whole is checked in image_check.c.
 */
#include "sim/image.h"

#include <string.h>

#include "sim/frame.h"
#include "sim/look.h"
#include "sim/services/sockets.h"
#include "sim/sms/message_engine.h"
#include "sim/storage/image_fields.h"
#include "sim/storage/image_internal.h"

enum { SIZE_AT = 12, TIME_AT = 16, DIGEST_AT = 24, NUMBER_BYTES = 8 };

/* ---- the table ----------------------------------------------------------------------------- */

enum keep { KEEP_FLASH, KEEP_RAM };
enum kind { KIND_NUMBER, KIND_TIME, KIND_TEXT, KIND_BYTES };

struct row {
    const char *name;
    size_t offset, width; /* of one item, in bytes */
    size_t stride, items; /* items: 1 unless a member of every item of an array */
    int64_t minimum, maximum;
    uint8_t keep, kind;
    bool is_signed;
};

#define WHOLE         struct sim
#define STATE         ((const WHOLE *)0)
#define WIDTH(member) sizeof(STATE->member)
#define SIGNED(member)                                                                             \
    _Generic(STATE->member, int8_t : true, int32_t : true, int64_t : true, default : false)
#define ROW(member, keep, kind, is_signed, minimum, maximum)                                       \
    {#member,  offsetof(WHOLE, member), WIDTH(member), 0, 1, minimum, maximum, KEEP_##keep, kind,  \
     is_signed},
#define EACH_ROW(array, member, keep, kind, is_signed, minimum, maximum)                           \
    {#array "." #member,                                                                           \
     offsetof(WHOLE, array) +                                                                      \
         (size_t)((const char *)&STATE->array[0].member - (const char *)&STATE->array[0]),         \
     WIDTH(array[0].member),                                                                       \
     WIDTH(array[0]),                                                                              \
     WIDTH(array) / WIDTH(array[0]),                                                               \
     minimum,                                                                                      \
     maximum,                                                                                      \
     KEEP_##keep,                                                                                  \
     kind,                                                                                         \
     is_signed},
#define NUMBER(member, keep, ...) ROW(member, keep, KIND_NUMBER, SIGNED(member), __VA_ARGS__)
#define TIME(member, keep)        ROW(member, keep, KIND_TIME, false, 0, 0)
#define TEXT(member, keep)        ROW(member, keep, KIND_TEXT, false, 0, 0)
#define BYTES(member, keep)       ROW(member, keep, KIND_BYTES, false, 0, 0)
#define EMPTY(...)
#define EACH_NUMBER(array, member, keep, ...)                                                      \
    EACH_ROW(array, member, keep, KIND_NUMBER, SIGNED(array[0].member), __VA_ARGS__)
#define EACH_TEXT(array, member, keep) EACH_ROW(array, member, keep, KIND_TEXT, false, 0, 0)
#define ARRAY_ROW(member, keep, kind, is_signed, ...)                                              \
    {#member,                                                                                      \
     offsetof(WHOLE, member),                                                                      \
     WIDTH(member[0]),                                                                             \
     WIDTH(member[0]),                                                                             \
     WIDTH(member) / WIDTH(member[0]),                                                             \
     __VA_ARGS__,                                                                                  \
     KEEP_##keep,                                                                                  \
     kind,                                                                                         \
     is_signed},
#define NUMBERS(member, keep, ...)                                                                 \
    ARRAY_ROW(member, keep, KIND_NUMBER, SIGNED(member[0]), __VA_ARGS__)
#define TIMES(member, keep) ARRAY_ROW(member, keep, KIND_TIME, false, 0, 0)

static const struct row rows[] = {
    SIM_IMAGE_FIELDS(NUMBER, TIME, TEXT, BYTES, EMPTY, EACH_NUMBER, EACH_TEXT, NUMBERS, TIMES)};
enum { ROWS = sizeof rows / sizeof rows[0] };

#undef WHOLE
#define WHOLE struct sim_usb
static const struct row usb_rows[] = {
    SIM_IMAGE_USB_FIELDS(NUMBER, EMPTY, EACH_NUMBER, EACH_TEXT, EMPTY)};
enum { USB_ROWS = sizeof usb_rows / sizeof usb_rows[0] };
#undef WHOLE
#define WHOLE struct sim

/* ---- arrays whose places have names -------------------------------------------------------- */

enum array_number {
#define X(NAME, member, keep, kind, width, count) ARRAY_##NAME,
    SIM_IMAGE_ARRAYS(X)
#undef X
        ARRAYS
};

static const struct {
    const char *name;
    size_t offset, width, count;
    uint8_t keep, kind;
} arrays[] = {
#define X(NAME, member, keep, kind, width, count)                                                  \
    {#member, offsetof(struct sim, member), width, count, KEEP_##keep, KIND_##kind},
    SIM_IMAGE_ARRAYS(X)
#undef X
};

static const char *place_name(unsigned array, size_t place)
{
    if (array == ARRAY_TIMER)
        return sim_timer_name((enum sim_timer)place);
    return array == ARRAY_SETTING ? sim_setting_info((unsigned)place)->name
                                  : sim_commands_parameter[place].name;
}

static bool place_allows(unsigned array, size_t place, int64_t value)
{
    if (array == ARRAY_TIMER)
        return true;
    if (array == ARRAY_SETTING) {
        const struct sim_setting_info *info = sim_setting_info((unsigned)place);
        return value >= info->minimum && value <= info->maximum;
    }
    return sim_parameter_can_be((enum sim_parameter)place, value);
}

/* ---- numbers ------------------------------------------------------------------------------- */

static uint64_t get_number(const uint8_t *bytes, size_t width)
{
    uint64_t value = 0;
    for (size_t i = 0; i < width; i++)
        value |= (uint64_t)bytes[i] << (8 * i);
    return value;
}

static void put_number(uint8_t *bytes, size_t width, uint64_t value)
{
    for (size_t i = 0; i < width; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t load(const void *member, size_t width)
{
    uint8_t one;
    uint16_t two;
    uint32_t four;
    uint64_t eight;
    switch (width) {
    case 1:
        memcpy(&one, member, 1);
        return one;
    case 2:
        memcpy(&two, member, 2);
        return two;
    case 4:
        memcpy(&four, member, 4);
        return four;
    default:
        memcpy(&eight, member, 8);
        return eight;
    }
}

static void store(void *member, size_t width, uint64_t value)
{
    uint8_t one = (uint8_t)value;
    uint16_t two = (uint16_t)value;
    uint32_t four = (uint32_t)value;
    const void *from = width == 1   ? (const void *)&one
                       : width == 2 ? (const void *)&two
                       : width == 4 ? (const void *)&four
                                    : (const void *)&value;
    memcpy(member, from, width);
}

static int64_t signed_value(uint64_t value, size_t width, bool is_signed)
{
    uint64_t sign = UINT64_C(1) << (8 * width - 1);
    return is_signed && width < 8 ? (int64_t)((value ^ sign) - sign) : (int64_t)value;
}

static uint64_t load_place(const struct sim *sim, unsigned array, size_t place)
{
    size_t width = arrays[array].width;
    if (array == ARRAY_SETTING)
        return (uint32_t)sim_look_setting(sim, (unsigned)place);
    return load((const uint8_t *)sim + arrays[array].offset + place * width, width);
}

static void store_place(struct sim *sim, unsigned array, size_t place, uint64_t number)
{
    size_t width = arrays[array].width;
    if (array == ARRAY_SETTING)
        sim_setting_keep(sim, (enum sim_setting_id)place, (int32_t)number);
    else
        store((uint8_t *)sim + arrays[array].offset + place * width, width, number);
}

/* ---- writing ------------------------------------------------------------------------------- */

/* Where bytes go: into a buffer as far as it reaches, or into a digest. */
struct writer {
    uint8_t *bytes;
    size_t capacity, size;
    uint64_t mark;
    bool only_mark;
};

static void put(struct writer *writer, const void *bytes, size_t size)
{
    if (writer->only_mark)
        writer->mark = sim_digest(writer->mark, bytes, size);
    else if (writer->size <= writer->capacity && size <= writer->capacity - writer->size)
        memcpy(writer->bytes + writer->size, bytes, size);
    writer->size += size;
}

static void put_record(struct writer *writer, const char *group, const char *name, size_t size)
{
    size_t group_length = strlen(group), name_length = strlen(name);
    bool both = group_length > 0 && name_length > 0;
    uint8_t length = (uint8_t)(group_length + both + name_length);
    uint8_t number[4];
    put(writer, &length, 1);
    put(writer, group, group_length);
    if (both)
        put(writer, "/", 1);
    put(writer, name, name_length);
    put_number(number, sizeof number, size);
    put(writer, number, sizeof number);
}

/* A row of `whole`, in an image under its own name, or that of the group and its own. */
static void put_row(struct writer *writer, const void *whole, const char *group,
                    const struct row *row)
{
    const uint8_t *member = (const uint8_t *)whole + row->offset;
    bool is_number = row->kind == KIND_NUMBER || row->kind == KIND_TIME;
    size_t size = row->width;
    uint8_t number[NUMBER_BYTES];
    if (!is_number && row->items == 1) /* zeros at the end go without saying */
        while (size > 0 && member[size - 1] == 0)
            size--;
    put_record(writer, group, row->name, size * row->items);
    for (size_t i = 0; i < row->items; i++, member += row->stride) {
        if (is_number)
            put_number(number, size, load(member, size));
        put(writer, is_number ? number : member, size);
    }
}

static void put_arrays(struct writer *writer, const struct sim *sim, bool all)
{
    uint8_t number[NUMBER_BYTES];
    for (unsigned i = 0; i < ARRAYS; i++)
        for (size_t place = 0; place < arrays[i].count && (all || arrays[i].keep == KEEP_FLASH);
             place++) {
            put_record(writer, arrays[i].name, place_name(i, place), arrays[i].width);
            put_number(number, arrays[i].width, load_place(sim, i, place));
            put(writer, number, arrays[i].width);
        }
}

static void put_contents(struct writer *writer, const struct sim *sim, const struct sim_host *host,
                         uint8_t file)
{
    const struct sim_file_entry *entry = &sim->files.entries[file];
    uint8_t number[NUMBER_BYTES];
    if (writer->only_mark) {
        put_number(number, sizeof number, entry->digest);
        put(writer, number, sizeof number);
        return;
    }
    if (writer->size <= writer->capacity && entry->size_bytes <= writer->capacity - writer->size)
        sim_files_read(&sim->files, host, file, 0, writer->bytes + writer->size, entry->size_bytes);
    writer->size += entry->size_bytes;
}

static void put_files(struct writer *writer, const struct sim *sim, const struct sim_host *host,
                      bool all)
{
    for (uint8_t file = 0; file < SIM_FILES; file++) {
        const struct sim_file_entry *entry = &sim->files.entries[file];
        size_t length = strlen(entry->name);
        uint8_t head[3] = {file, entry->directory, (uint8_t)length};
        if (length == 0 || (!all && entry->directory == SIM_DIRECTORY_HIDDEN))
            continue; /* hidden ones are RAM */
        put_record(writer, "file", "", sizeof head + length + entry->size_bytes);
        put(writer, head, sizeof head);
        put(writer, entry->name, length);
        put_contents(writer, sim, host, file);
    }
}

/* A body that comes whole from a blob; the blob goes by its digest. */
static void put_body(struct writer *writer, const struct sim *sim, const struct sim_host *host)
{
    const struct sim_download *download = &sim->download;
    uint8_t number[NUMBER_BYTES];
    if (download->state != SIM_DOWNLOAD_BODY || download->blob == SIM_EXTENT_IN_STORE)
        return;
    put_record(writer, "download.body", "", sizeof number);
    put_number(number, sizeof number, host->config->blobs[download->blob].digest);
    put(writer, number, sizeof number);
}

static void put_records(struct writer *writer, const struct sim *sim, const struct sim_host *host,
                        bool all)
{
    const char *variant = host->config->variant;
    put_record(writer, "variant", "", strlen(variant));
    put(writer, variant, strlen(variant));
    for (size_t i = 0; i < ROWS; i++)
        if (all || rows[i].keep == KEEP_FLASH)
            put_row(writer, sim, "", &rows[i]);
    for (size_t i = 0; i < USB_ROWS && all && host->usb; i++)
        put_row(writer, host->usb, "usb", &usb_rows[i]);
    put_arrays(writer, sim, all);
    put_files(writer, sim, host, all);
    if (all)
        put_body(writer, sim, host);
}

/* Everything that the flash alone would tell: the module with its power cut. */
static void put_flash(struct writer *writer, const struct sim *sim, const struct sim_host *host)
{
    struct sim copy = *sim;
    struct sim_store store = *host->store;
    struct sim_host quiet = *host;
    const struct sim_action cut = {.kind = SIM_ACTION_POWER_CUT};
    quiet.store = &store;
    quiet.hook_mask = 0;
    quiet.on_event = NULL;
    quiet.hook = NULL;
    quiet.usb = NULL; /* what is typed there goes on */
    sim_apply(&copy, &quiet, &cut, copy.seen_at_us);
    put_records(writer, &copy, &quiet, false);
}

static uint64_t digest_of(const uint8_t *bytes, size_t size)
{
    uint64_t digest = sim_digest(SIM_DIGEST, bytes, DIGEST_AT);
    return sim_digest(digest, bytes + SIM_IMAGE_HEADER_BYTES, size - SIM_IMAGE_HEADER_BYTES);
}

size_t sim_image_write(const struct sim *sim, const struct sim_host *host, enum sim_image_kind kind,
                       void *buffer, size_t capacity)
{
    struct writer writer = {.bytes = buffer, .capacity = capacity};
    uint8_t head[SIM_IMAGE_HEADER_BYTES] = SIM_IMAGE_MAGIC;
    uint8_t *bytes = buffer;
    put_number(head + 8, 2, SIM_IMAGE_FORMAT);
    put_number(head + 10, 2, kind);
    put_number(head + TIME_AT, 8, sim->seen_at_us);
    put(&writer, head, sizeof head);
    if (kind == SIM_IMAGE_FLASH)
        put_flash(&writer, sim, host);
    else
        put_records(&writer, sim, host, true);
    if (writer.size <= capacity) {
        put_number(bytes + SIZE_AT, 4, writer.size);
        put_number(bytes + DIGEST_AT, 8, digest_of(bytes, writer.size));
    }
    return writer.size;
}

uint64_t sim_image_mark(const struct sim *sim, const struct sim_host *host)
{
    struct writer writer = {.mark = SIM_DIGEST, .only_mark = true};
    put_flash(&writer, sim, host);
    return writer.mark;
}

/* ---- reading: one record ------------------------------------------------------------------- */

static bool find_array(const char *name, size_t length, unsigned *ret_array, size_t *ret_place)
{
    for (unsigned i = 0; i < ARRAYS; i++) {
        size_t group = strlen(arrays[i].name);
        if (length <= group || memcmp(name, arrays[i].name, group) != 0 || name[group] != '/')
            continue;
        for (size_t place = 0; place < arrays[i].count; place++) {
            const char *wanted = place_name(i, place);
            if (strlen(wanted) == length - group - 1 &&
                memcmp(name + group + 1, wanted, length - group - 1) == 0) {
                *ret_array = i;
                *ret_place = place;
                return true;
            }
        }
    }
    return false;
}

static bool time_is_possible(uint64_t at_us, uint64_t now_us)
{
    return at_us == SIM_NEVER || at_us <= now_us + SIM_IMAGE_TIME_LIMIT_US;
}

static bool number_is_possible(const struct row *row, uint64_t value, uint64_t now_us)
{
    int64_t number = signed_value(value, row->width, row->is_signed);
    if (row->kind == KIND_TIME)
        return time_is_possible(value, now_us);
    return number >= row->minimum && number <= row->maximum;
}

static bool take_row(const struct sim_image_reading *reading, void *whole, const struct row *row,
                     const uint8_t *value, size_t size)
{
    uint8_t *member = (uint8_t *)whole + row->offset;
    bool is_number = row->kind == KIND_NUMBER || row->kind == KIND_TIME;
    size_t each = size / row->items;
    if (size % row->items || each > row->width ||
        ((is_number || row->items > 1) && each != row->width))
        return false;
    for (size_t i = 0; i < row->items; i++) {
        const uint8_t *item = value + i * each;
        if (is_number && !number_is_possible(row, get_number(item, each), reading->now_us))
            return false;
        if (row->kind == KIND_TEXT && each == row->width && item[each - 1] != 0)
            return false;
    }
    for (size_t i = 0; i < row->items; i++, member += row->stride, value += each) {
        memset(member, 0, row->width);
        if (is_number)
            store(member, each, get_number(value, each));
        else
            memcpy(member, value, each);
    }
    return true;
}

static bool take_place(struct sim_image_reading *reading, unsigned array, size_t place,
                       const uint8_t *value, size_t size)
{
    size_t width = arrays[array].width;
    uint64_t number;
    if (size != width)
        return false;
    number = get_number(value, width);
    if (arrays[array].kind == KIND_TIME ? !time_is_possible(number, reading->now_us)
                                        : !place_allows(array, place, (int32_t)number))
        return false;
    store_place(&reading->sim, array, place, number);
    return true;
}

static bool is_named(const char *name, size_t length, const char *wanted)
{
    return strlen(wanted) == length && memcmp(name, wanted, length) == 0;
}

static enum sim_image_verdict take_variant(struct sim_image_reading *reading, const uint8_t *value,
                                           size_t size)
{
    char *variant = reading->variant;
    if (size >= sizeof reading->variant)
        return SIM_IMAGE_BAD_VALUE;
    memcpy(variant, value, size);
    variant[size] = '\0';
    return strcmp(variant, reading->host->config->variant) == 0 ? SIM_IMAGE_GOOD
                                                                : SIM_IMAGE_OTHER_VARIANT;
}

static enum sim_image_verdict take_record(struct sim_image_reading *reading, const char *name,
                                          size_t length, const uint8_t *value, size_t size)
{
    unsigned array;
    size_t place;
    if (is_named(name, length, "variant"))
        return take_variant(reading, value, size);
    if (is_named(name, length, "file"))
        return sim_image_take_file(reading, value, size) ? SIM_IMAGE_GOOD : SIM_IMAGE_BAD_VALUE;
    if (is_named(name, length, "download.body")) {
        reading->has_body = true;
        reading->body = get_number(value, size < NUMBER_BYTES ? size : NUMBER_BYTES);
        return size == NUMBER_BYTES ? SIM_IMAGE_GOOD : SIM_IMAGE_BAD_VALUE;
    }
    if (find_array(name, length, &array, &place))
        return take_place(reading, array, place, value, size) ? SIM_IMAGE_GOOD
                                                              : SIM_IMAGE_BAD_VALUE;
    for (size_t i = 0; i < ROWS; i++)
        if (is_named(name, length, rows[i].name))
            return take_row(reading, &reading->sim, &rows[i], value, size) ? SIM_IMAGE_GOOD
                                                                           : SIM_IMAGE_BAD_VALUE;
    for (size_t i = 0; i < USB_ROWS && length > 4 && memcmp(name, "usb/", 4) == 0; i++)
        if (is_named(name + 4, length - 4, usb_rows[i].name))
            return take_row(reading, &reading->usb, &usb_rows[i], value, size)
                       ? SIM_IMAGE_GOOD
                       : SIM_IMAGE_BAD_VALUE;
    return SIM_IMAGE_UNKNOWN_MEMBER;
}

/* ---- reading: all of it -------------------------------------------------------------------- */

static void note_member(struct sim_image_report *report, const char *name, size_t length)
{
    if (length >= sizeof report->member)
        length = sizeof report->member - 1;
    for (size_t i = 0; i < length; i++)
        report->member[i] = name[i] >= ' ' && name[i] <= '~' ? name[i] : '?';
    report->member[length] = '\0';
}

/*
 * True when the module can do without the value: a parameter of a command, or what else the flash
 * keeps besides files. It is then as in a new module.
 */
static bool is_dispensable(enum sim_image_kind kind, const char *name, size_t length)
{
    unsigned array;
    size_t place;
    if (find_array(name, length, &array, &place))
        return array != ARRAY_TIMER;
    for (size_t i = 0; i < ROWS; i++)
        if (kind == SIM_IMAGE_FLASH && is_named(name, length, rows[i].name))
            return true;
    return false;
}

static enum sim_image_verdict take_records(struct sim_image_reading *reading,
                                           enum sim_image_kind kind, const uint8_t *bytes,
                                           size_t size, struct sim_image_report *report)
{
    size_t at = SIM_IMAGE_HEADER_BYTES;
    while (at < size) {
        size_t length = bytes[at++];
        if (size - at < length + 4)
            return SIM_IMAGE_DAMAGED;
        const char *name = (const char *)bytes + at;
        size_t value_size = (size_t)get_number(bytes + at + length, 4);
        at += length + 4;
        if (size - at < value_size)
            return SIM_IMAGE_DAMAGED;
        enum sim_image_verdict verdict = take_record(reading, name, length, bytes + at, value_size);
        if (verdict == SIM_IMAGE_BAD_VALUE && is_dispensable(kind, name, length)) {
            if (report->left_out++ == 0)
                note_member(report, name, length);
        } else if (verdict != SIM_IMAGE_GOOD) {
            note_member(report, name, length);
            return verdict;
        }
        at += value_size;
    }
    return reading->variant[0] ? SIM_IMAGE_GOOD : SIM_IMAGE_DAMAGED;
}

static enum sim_image_verdict check_header(enum sim_image_kind kind, const uint8_t *bytes,
                                           size_t size)
{
    if (size < SIM_IMAGE_HEADER_BYTES || memcmp(bytes, SIM_IMAGE_MAGIC, 8) != 0)
        return SIM_IMAGE_NOT_IMAGE;
    if (get_number(bytes + 8, 2) != SIM_IMAGE_FORMAT)
        return SIM_IMAGE_OTHER_VERSION;
    if (get_number(bytes + SIZE_AT, 4) != size ||
        get_number(bytes + DIGEST_AT, 8) != digest_of(bytes, size) ||
        get_number(bytes + TIME_AT, 8) > SIM_IMAGE_TIME_LIMIT_US)
        return SIM_IMAGE_DAMAGED;
    return get_number(bytes + 10, 2) == (uint64_t)kind ? SIM_IMAGE_GOOD : SIM_IMAGE_OTHER_KIND;
}

/* A new module that nothing is told of, with an empty flash. */
static void begin(struct sim_image_reading *reading, const struct sim *sim,
                  const struct sim_host *host, const uint8_t *bytes, enum sim_image_kind kind)
{
    struct sim_host quiet = *host;
    memset(reading, 0, sizeof *reading);
    reading->host = host;
    reading->now_us = kind == SIM_IMAGE_SNAPSHOT ? get_number(bytes + TIME_AT, 8) : sim->seen_at_us;
    quiet.on_event = NULL;
    quiet.hook = NULL;
    quiet.usb = NULL;
    sim_init(&reading->sim, &quiet, reading->now_us);
    memset(&reading->sim.files, 0, sizeof reading->sim.files);
}

bool sim_image_read(struct sim *sim, const struct sim_host *host, enum sim_image_kind kind,
                    const void *bytes, size_t size, struct sim_image_report *ret_report)
{
    struct sim_image_reading reading;
    memset(ret_report, 0, sizeof *ret_report);
    enum sim_image_verdict verdict = check_header(kind, bytes, size);
    if (verdict == SIM_IMAGE_GOOD) {
        begin(&reading, sim, host, bytes, kind);
        verdict = take_records(&reading, kind, bytes, size, ret_report);
        memcpy(ret_report->variant, reading.variant, sizeof reading.variant);
    }
    if (verdict == SIM_IMAGE_GOOD)
        verdict = sim_image_check(&reading, ret_report->member, sizeof ret_report->member);
    ret_report->verdict = (uint8_t)verdict;
    if (verdict != SIM_IMAGE_GOOD)
        return false;
    ret_report->at_us = reading.now_us;
    sim_image_install(&reading, sim);
    return true;
}

const char *sim_image_text(unsigned verdict)
{
    static const char *const texts[] = {
#define X(name, text) text,
        SIM_IMAGE_VERDICTS(X)
#undef X
    };
    return verdict < SIM_IMAGE_VERDICT_COUNT ? texts[verdict] : "?";
}
