/* as_event.c - writes a choice as an event of the scenario language. */
#include "harness/explore/as_event.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { WORD_MAX = 240 };

/* ---- when ------------------------------------------------------------------------------------ */

/* What happened at a point of the undisturbed run. */
struct happened {
    char text[WORD_MAX]; /* of the command, the name of the request */
    unsigned nth;        /* how many there were that begin so, this one too */
};

static bool is_command(const struct bench_record *record)
{
    return record->kind == BENCH_JOURNAL_MODULE && record->a == SIM_EVENT_COMMAND;
}

static bool is_request(const struct bench_record *record)
{
    return record->kind == BENCH_JOURNAL_REQUEST && record->b == 0;
}

static bool begins_so(const struct bench_record *record, const char *text)
{
    size_t length = strlen(text);
    return record->length >= length &&
           strncasecmp((const char *)record->payload, text, length) == 0;
}

/* How many commands up to record `last` begin so. */
static unsigned count_commands(const struct bench_run *run, const char *text, uint64_t last)
{
    struct bench_record record;
    size_t offset = bench_journal_begin(&run->journal);
    unsigned count = 0;
    for (uint64_t at = 0; at <= last && bench_journal_next(&run->journal, &offset, &record); at++)
        count += is_command(&record) && begins_so(&record, text);
    return count;
}

/* The record is the n-th of what the point counts; of a request for a body, the command counts. */
static bool is_counted(const struct bench_record *record, unsigned point)
{
    if (point == BENCH_POINT_COMMAND)
        return is_command(record);
    if (point == BENCH_POINT_REQUEST)
        return is_request(record);
    return record->kind == BENCH_JOURNAL_BENCH && record->a == BENCH_SAYS_POINT &&
           record->b == point;
}

static bool find_happened(const struct bench_run *run, const struct explore_choice *choice,
                          struct happened *happened)
{
    struct bench_record record;
    size_t offset = bench_journal_begin(&run->journal);
    uint64_t number = 0, last_command = 0;
    unsigned of_kind[32] = {0};
    for (uint64_t at = 0; bench_journal_next(&run->journal, &offset, &record); at++) {
        if (is_command(&record)) {
            snprintf(happened->text, sizeof happened->text, "%.*s", (int)record.length,
                     (const char *)record.payload);
            last_command = at;
        }
        if (is_request(&record))
            of_kind[record.a % 32]++;
        if (!is_counted(&record, choice->point) || ++number < choice->number)
            continue;
        if (choice->point == BENCH_POINT_REQUEST) {
            snprintf(happened->text, sizeof happened->text, "%s", fota_request_name(record.a));
            happened->nth = of_kind[record.a % 32];
        } else {
            happened->nth = count_commands(run, happened->text, last_command);
        }
        return true;
    }
    return false;
}

/* Adds a text in single quotes, as YAML has them. */
static void put_quoted(char *buffer, size_t capacity, const char *before, const char *text)
{
    size_t length = (size_t)snprintf(buffer, capacity, "'%s", before);
    for (; *text && length + 3 < capacity; text++) {
        if (*text == '\'')
            buffer[length++] = '\'';
        buffer[length++] = *text;
    }
    snprintf(buffer + length, capacity - length, "'");
}

static bool write_when(const struct bench_run *run, const struct explore_choice *choice,
                       char *buffer, size_t capacity)
{
    struct happened happened = {.nth = 0};
    char quoted[2 * WORD_MAX];
    const char *name = bench_point_name(choice->point);
    switch ((enum bench_point)choice->point) {
    case BENCH_POINT_DEADLINE:
        snprintf(buffer, capacity, "time: %" PRIu64 "us", choice->number);
        return true;
    case BENCH_POINT_HTTP_BLOCK:
        snprintf(buffer, capacity, "http-byte: %" PRIu64 "B",
                 choice->number * BENCH_HTTP_BLOCK_BYTES);
        return true;
    case BENCH_POINT_COMMAND:
    case BENCH_POINT_HTTP_REQUEST:
        if (!find_happened(run, choice, &happened))
            return false;
        put_quoted(quoted, sizeof quoted, "AT", happened.text);
        snprintf(buffer, capacity, "command: %s, nth: %u", quoted, happened.nth);
        return true;
    case BENCH_POINT_REQUEST:
        if (!find_happened(run, choice, &happened))
            return false;
        snprintf(buffer, capacity, "request: %s, nth: %u", happened.text, happened.nth);
        return true;
    case BENCH_POINT_NV_WRITE:
    case BENCH_POINT_PHASE:
    case BENCH_POINT_COUNT:
        return false;
    default:
        snprintf(buffer, capacity, "%s: %" PRIu64, name, choice->number);
        return true;
    }
}

/* ---- do -------------------------------------------------------------------------------------- */

static bool write_do(const struct scenario_case *changed, char *buffer, size_t capacity)
{
    const struct scenario_event *event = &changed->events[changed->event_count - 1];
    size_t length = 0;
    for (unsigned i = 0; i < event->action_count && length < capacity; i++) {
        const struct scenario_action *action = &changed->actions[event->first_action + i];
        char word[WORD_MAX];
        bool pauses = scenario_action_rows[action->kind].doing == SCENARIO_DO_SPLIT;
        if (pauses && action->value < 0)
            return false;
        scenario_action_write(action, word, sizeof word);
        length +=
            (size_t)snprintf(buffer + length, capacity - length, "%s{%s}", i ? ", " : "", word);
    }
    return length < capacity;
}

bool explore_event_write(struct bench_run *run, const struct scenario_case *one, uint64_t seed,
                         const struct explore_choice *choice, char buffer[EXPLORE_EVENT_MAX],
                         char *reterr_text)
{
    char when[EXPLORE_EVENT_MAX / 2] = "", what[EXPLORE_EVENT_MAX / 3] = "";
    struct scenario_case *changed = malloc(sizeof *changed);
    bool good = changed && branch_begin(run, one, seed, NULL, 0, changed);
    while (good && bench_run_step(run))
        ;
    if (good)
        explore_case_add(changed, choice);
    good =
        good && write_when(run, choice, when, sizeof when) && write_do(changed, what, sizeof what);
    free(changed);
    if (good)
        snprintf(buffer, EXPLORE_EVENT_MAX, "  - when: {%s}\n    do: [%s]\n", when, what);
    else
        snprintf(reterr_text, BENCH_TEXT_MAX, "no event of a scenario says '%s' at '%s'",
                 explore_fault_name(choice->fault), bench_point_name(choice->point));
    return good;
}

/* ---- the text -------------------------------------------------------------------------------- */

/* Where a line begins so; NULL = nowhere. */
static const char *line_of(const char *text, const char *end, const char *begin)
{
    size_t length = strlen(begin);
    while (text < end) {
        if ((size_t)(end - text) >= length && memcmp(text, begin, length) == 0)
            return text;
        text = memchr(text, '\n', (size_t)(end - text));
        if (!text)
            return NULL;
        text++;
    }
    return NULL;
}

char *explore_events_insert(const char *text, size_t length, const char *events, size_t *ret_length)
{
    static const char key[] = "events:\n";
    const char *end = text + length, *at = line_of(text, end, key);
    const char *own = at ? "" : key;
    at = at ? at + sizeof key - 1 : line_of(text, end, "expect:");
    if (!at)
        return NULL;
    size_t size = length + strlen(own) + strlen(events);
    char *made = malloc(size + 1);
    if (!made)
        return NULL;
    *ret_length = (size_t)snprintf(made, size + 1, "%.*s%s%s%.*s", (int)(at - text), text, own,
                                   events, (int)(end - at), at);
    return made;
}
