/* rebuild.c - a case of a report as it was before it was written: every key of CTRF that this
 * program writes. */
#include "harness/results/rebuild.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "harness/results/internal.h"

/* ---- texts ----------------------------------------------------------------------------------- */

static int hexadecimal(char digit)
{
    const char *digits = "0123456789ABCDEF", *at = digit ? strchr(digits, digit) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* One escape behind a backslash; how many characters it took, 0: it is none. */
static size_t unescape(const char *at, char *ret_byte)
{
    const char *const letters = "rnt\\", *const bytes = "\r\n\t\\";
    const char *found = *at ? strchr(letters, *at) : NULL;
    if (found) {
        *ret_byte = bytes[found - letters];
        return 1;
    }
    int high = *at == 'x' ? hexadecimal(at[1]) : -1;
    int low = high >= 0 ? hexadecimal(at[2]) : -1;
    if (low >= 0)
        *ret_byte = (char)(high * 16 + low);
    return low >= 0 ? 3 : 0;
}

/* The bytes that report_escape() made the text of. */
static struct report_bytes bytes_of(struct scenario_arena *arena, const char *text)
{
    struct report_bytes bytes = {NULL, 0};
    char *to = text ? scenario_arena_take(arena, strlen(text) + 1) : NULL;
    bytes.data = to;
    for (; to && *text; text++) {
        size_t took = *text == '\\' ? unescape(text + 1, &to[bytes.size]) : 0;
        if (!took)
            to[bytes.size] = *text;
        text += took;
        bytes.size++;
    }
    return bytes;
}

static enum report_kind kind_of(const char *type)
{
    static const char *const types[] = {
#define X(name, type, meaning) type,
        REPORT_KINDS(X)
#undef X
    };
    for (unsigned i = 1; type && i < REPORT_KIND_COUNT; i++)
        if (strcmp(type, types[i]) == 0)
            return (enum report_kind)i;
    return REPORT_KIND_NONE;
}

/* Without the words that every case has that was not run. */
static const char *message_of(const struct results_test *test)
{
    static const char not_run[] = "not run: ";
    const char *message = test->message;
    bool has = message && test->verdict == REPORT_NOT_RUN &&
               strncmp(message, not_run, sizeof not_run - 1) == 0;
    return has ? message + sizeof not_run - 1 : message;
}

/* ---- lists: each fills one item ---------------------------------------------------------------
 */

static void take_exchange(struct scenario_arena *arena, const cJSON *from, void *item)
{
    static const char *const directions[] = {
#define X(name, text, mark) text,
        REPORT_DIRECTIONS(X)
#undef X
    };
    struct report_exchange *exchange = item;
    const char *direction = results_text(from, "direction");
    exchange->t_us = results_number(from, "t_us");
    exchange->direction = REPORT_NOTE;
    for (unsigned i = 0; direction && i < REPORT_DIRECTION_COUNT; i++)
        if (strcmp(direction, directions[i]) == 0)
            exchange->direction = (enum report_direction)i;
    exchange->bytes = bytes_of(arena, results_text(from, "bytes"));
}

static void take_step(struct scenario_arena *arena, const cJSON *from, void *item)
{
    const cJSON *extra = cJSON_GetObjectItemCaseSensitive(from, "extra");
    (void)arena;
    *(struct report_step *)item =
        (struct report_step){.name = results_text(from, "name"),
                             .status = results_verdict(results_text(from, "status")),
                             .t_us = results_number(extra, "t_us"),
                             .duration_us = results_number(extra, "duration_us")};
}

static void take_detail(struct scenario_arena *arena, const cJSON *from, void *item)
{
    const char *text = cJSON_GetStringValue(from);
    (void)arena;
    *(const char **)item = text ? text : "";
}

static void take_reason(struct scenario_arena *arena, const cJSON *from, void *item)
{
    const char *text = results_text(from, "text");
    (void)arena;
    *(struct report_reason *)item = (struct report_reason){
        .text = text ? text : "", .line = (uint32_t)(results_number(from, "line") & 0x7FFFFFFF)};
}

static void take_figure(struct scenario_arena *arena, const cJSON *from, void *item)
{
    (void)arena;
    *(struct report_figure *)item = (struct report_figure){
        .name = from->string ? from->string : "",
        .value =
            from->valuedouble > 0 && from->valuedouble < 9e15 ? (uint64_t)from->valuedouble : 0};
}

static void take_attachment(struct scenario_arena *arena, const cJSON *from, void *item)
{
    (void)arena;
    *(struct report_attachment *)item =
        (struct report_attachment){.name = results_text(from, "name"),
                                   .content_type = results_text(from, "contentType"),
                                   .path = results_text(from, "path")};
}

static void take_attempt(struct scenario_arena *arena, const cJSON *from, void *item)
{
    (void)arena;
    *(struct report_attempt *)item =
        (struct report_attempt){.verdict = results_verdict(results_text(from, "status")),
                                .message = results_text(from, "message"),
                                .wall_us = results_number(from, "duration") * 1000};
}

/* The items of a list, each filled by `fill`; NULL and 0 when there is none. */
static void *take_list(struct scenario_arena *arena, const cJSON *object, const char *key,
                       size_t item_size,
                       void (*fill)(struct scenario_arena *, const cJSON *, void *),
                       size_t *ret_count)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(object, key), *from;
    int size = cJSON_GetArraySize(list);
    char *items = size > 0 ? scenario_arena_take(arena, (size_t)size * item_size) : NULL;
    *ret_count = 0;
    if (items)
        cJSON_ArrayForEach(from, list) fill(arena, from, items + item_size * (*ret_count)++);
    return items;
}

/* An array of lines as one text, NULL = there is none. */
static const char *take_lines(struct scenario_arena *arena, const cJSON *object, const char *key)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(object, key), *line;
    size_t size = 1, at = 0;
    cJSON_ArrayForEach(line, list) size += cJSON_IsString(line) ? strlen(line->valuestring) + 1 : 0;
    char *text = size > 1 ? scenario_arena_take(arena, size) : NULL;
    if (text)
        cJSON_ArrayForEach(line, list) if (cJSON_IsString(line)) at +=
            (size_t)snprintf(text + at, size - at, "%s\n", line->valuestring);
    return text;
}

#define LIST(object, key, member, fill)                                                            \
    ret_case->member##s = take_list(arena, object, key, sizeof *ret_case->member##s, fill,         \
                                    &ret_case->member##_count)

void results_rebuild(struct scenario_arena *arena, const struct results_test *test,
                     struct report_case *ret_case)
{
    const cJSON *json = test->json;
    const cJSON *extra = cJSON_GetObjectItemCaseSensitive(json, "extra");
    *ret_case = (struct report_case){
        .group = test->group[0] ? test->group : NULL,
        .name = test->name,
        .id = test->id,
        .title = results_text(extra, "title"),
        .why = results_text(extra, "why"),
        .file = results_text(json, "filePath"),
        .line = (uint32_t)(results_number(json, "line") & 0x7FFFFFFF),
        .verdict = test->verdict,
        .kind = kind_of(results_text(extra, "kind")),
        .message = message_of(test),
        .sentence = results_text(extra, "sentence"),
        .expected = bytes_of(arena, results_text(extra, "expected")),
        .received = bytes_of(arena, results_text(extra, "received")),
        .are_bytes = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(extra, "areBytes")),
        .place = results_text(extra, "place"),
        .slot = test->slot,
        .output = take_lines(arena, json, "stdout"),
        .errors = take_lines(arena, json, "stderr"),
        .repeat = results_text(extra, "repeat"),
        .started_at_ms = test->started_at_ms,
        .wall_us = test->wall_us,
        .virtual_us = test->virtual_us};
    LIST(extra, "exchanges", exchange, take_exchange);
    LIST(json, "steps", step, take_step);
    LIST(extra, "because", reason, take_reason);
    LIST(extra, "details", detail, take_detail);
    LIST(extra, "figures", figure, take_figure);
    LIST(json, "attachments", attachment, take_attachment);
    LIST(json, "retryAttempts", attempt, take_attempt);
}

bool results_names_file(const struct results *results, const char *path)
{
    for (size_t i = 0; i < results->test_count; i++) {
        const cJSON *json = results->tests[i].json, *item;
        cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(json, "attachments"))
        {
            const char *named = results_text(item, "path");
            if (named && strcmp(named, path) == 0)
                return true;
        }
    }
    return false;
}
