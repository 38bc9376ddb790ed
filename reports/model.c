/* model.c - the run: what stays of its cases; strings lie in chunks that are freed together. */
#include "reports/internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- memory -------------------------------------------------------------------------------- */

struct report_chunk {
    struct report_chunk *next;
    size_t used, size;
    max_align_t memory[];
};

enum { CHUNK_BYTES = 64 * 1024 };

/* Zeroed memory that lives as long as the run; NULL when there is none. */
static void *allocate(struct report_run *run, size_t size)
{
    size_t rounded = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
    struct report_chunk *chunk = run->chunks;
    if (!chunk || chunk->size - chunk->used < rounded) {
        size_t room = rounded > CHUNK_BYTES ? rounded : CHUNK_BYTES;
        chunk = calloc(1, sizeof *chunk + room);
        if (!chunk)
            return NULL;
        chunk->size = room;
        chunk->next = run->chunks;
        run->chunks = chunk;
    }
    char *memory = (char *)chunk->memory + chunk->used;
    chunk->used += rounded;
    return memory;
}

static bool copy_bytes(struct report_run *run, struct report_bytes *bytes)
{
    if (!bytes->data)
        return true;
    char *copy = allocate(run, bytes->size + 1);
    if (copy && bytes->size)
        memcpy(copy, bytes->data, bytes->size);
    bytes->data = copy;
    return copy != NULL;
}

/* Replaces a string with a copy of it that the run owns. */
static bool copy_text(struct report_run *run, const char **text)
{
    struct report_bytes bytes = report_bytes_of(*text);
    bool copied = copy_bytes(run, &bytes);
    *text = bytes.data;
    return copied;
}

/* Copies an array; NULL when there is nothing to copy or no memory (then *failed is set). */
static void *copy_array(struct report_run *run, const void *from, size_t count, size_t size,
                        bool *failed)
{
    if (count == 0)
        return NULL;
    void *copy = allocate(run, count * size);
    if (copy)
        memcpy(copy, from, count * size);
    else
        *failed = true;
    return copy;
}

/* Makes room for one more element in an array that grows; false when memory ran out. */
static bool grow(void **array, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return true;
    size_t wanted = *capacity ? *capacity * 2 : 32;
    void *grown = realloc(*array, wanted * size);
    if (!grown)
        return false;
    *array = grown;
    *capacity = wanted;
    return true;
}

/* ---- identity ------------------------------------------------------------------------------ */

/*
 * Makes the name a new member of the set, with " (2)", " (3)" ... behind it where it is there
 * already. *ret_name is owned by the run. False when memory ran out.
 */
static bool unique_name(struct report_run *run, struct report_set *set,
                        const struct report_buffer *name, const char **ret_name)
{
    struct report_buffer tried = {0};
    struct report_slot *first = report_set_find(set, name->text);
    report_buffer_add(&tried, name->text, name->size);
    while (!tried.failed && report_set_find(set, tried.text)) {
        report_buffer_clear(&tried);
        report_buffer_addf(&tried, "%s (%u)", name->text, (unsigned)(++first->repeated + 1));
    }
    *ret_name = report_buffer_text(&tried);
    bool done = !tried.failed && copy_text(run, ret_name) && report_set_add(set, *ret_name);
    report_buffer_free(&tried);
    return done;
}

/* Index of the suite of this group, which is added when it is new; false when memory ran out. */
static bool find_suite(struct report_run *run, const char *group, uint32_t *ret_suite)
{
    for (size_t i = run->suite_count; i-- > 0;) {
        if (strcmp(run->suites[i], group) == 0) {
            *ret_suite = (uint32_t)i;
            return true;
        }
    }
    void *suites = run->suites;
    if (!grow(&suites, run->suite_count, &run->suite_capacity, sizeof run->suites[0]))
        return false;
    run->suites = suites;
    if (!copy_text(run, &group))
        return false;
    *ret_suite = (uint32_t)run->suite_count;
    run->suites[run->suite_count++] = group;
    return true;
}

/* Gives the entry its suite, name and id. The set of names holds "group LF name". */
static bool identify(struct report_run *run, struct report_entry *entry,
                     const struct report_case *known)
{
    struct report_buffer text = {0};
    const char *name = NULL;
    report_name_add(&text, known->group, "scenarios");
    bool done = !text.failed && find_suite(run, text.text, &entry->suite);
    report_buffer_add(&text, "\n", 1);
    report_name_add(&text, known->name, "unnamed");
    done = done && !text.failed && unique_name(run, &run->names, &text, &name);
    report_buffer_clear(&text);
    if (done) {
        entry->name = strchr(name, '\n') + 1;
        if (known->id)
            report_name_add(&text, known->id, "unnamed");
        else
            report_buffer_addf(&text, "%s/%s", run->suites[entry->suite], entry->name);
        done = !text.failed && unique_name(run, &run->ids, &text, &entry->id);
    }
    report_buffer_free(&text);
    return done;
}

/* ---- cases --------------------------------------------------------------------------------- */

/* Replaces a text that many cases share with the run's one copy of it. */
static bool share_text(struct report_run *run, const char **text)
{
    if (!*text)
        return true;
    const struct report_slot *slot = report_set_find(&run->texts, *text);
    if (slot) {
        *text = slot->text;
        return true;
    }
    return copy_text(run, text) && report_set_add(&run->texts, *text);
}

int report_plan_case(struct report_run *run, const struct report_case *known, size_t *ret_index)
{
    void *entries = run->entries;
    if (!grow(&entries, run->entry_count, &run->entry_capacity, sizeof run->entries[0]))
        return -1;
    run->entries = entries;
    struct report_entry entry = {.title = known->title,
                                 .why = known->why,
                                 .file = known->file,
                                 .line = known->line,
                                 .verdict = REPORT_NOT_RUN};
    if (!identify(run, &entry, known) || !share_text(run, &entry.title) ||
        !share_text(run, &entry.why) || !share_text(run, &entry.file))
        return -1;
    run->counts[REPORT_NOT_RUN]++;
    run->entries[run->entry_count] = entry;
    if (ret_index)
        *ret_index = run->entry_count;
    run->entry_count++;
    return 0;
}

/* The result as it is told: with the identity that was planned. */
static struct report_case identified(const struct report_run *run, size_t index,
                                     const struct report_case *result)
{
    const struct report_entry *entry = &run->entries[index];
    struct report_case c = *result;
    c.group = run->suites[entry->suite];
    c.name = entry->name;
    c.id = entry->id;
    c.title = c.title ? c.title : entry->title;
    c.why = c.why ? c.why : entry->why;
    if (!c.file) {
        c.file = entry->file;
        c.line = entry->line;
    }
    return c;
}

int report_finish_case(struct report_run *run, size_t index, const struct report_case *result)
{
    if (index >= run->entry_count)
        return -1;
    struct report_entry *entry = &run->entries[index];
    struct report_case ended = identified(run, index, result);
    for (size_t i = 0; i < run->stream_count; i++)
        report_stream_case(run->streams[i], index, &ended);
    run->counts[entry->verdict]--;
    run->counts[ended.verdict]++;
    entry->verdict = (uint8_t)ended.verdict;
    entry->kind = (uint8_t)ended.kind;
    entry->flaky = report_is_flaky(&ended);
    entry->started_at_ms = ended.started_at_ms;
    entry->wall_us = ended.wall_us;
    entry->virtual_us = ended.virtual_us;
    entry->title = ended.title;
    entry->why = ended.why;
    entry->file = ended.file;
    entry->line = ended.line;
    entry->message = ended.verdict == REPORT_PASSED ? NULL : ended.message;
    return share_text(run, &entry->title) && share_text(run, &entry->why) &&
                   share_text(run, &entry->file) && share_text(run, &entry->message)
               ? 0
               : -1;
}

int report_add_case(struct report_run *run, const struct report_case *result)
{
    size_t index;
    if (report_plan_case(run, result, &index) != 0)
        return -1;
    return report_finish_case(run, index, result);
}

bool report_add_unfinished(struct report_run *run, const char *because)
{
    struct report_buffer text = {0};
    void *entries = run->entries;
    size_t ended = run->entry_count - run->counts[REPORT_NOT_RUN];
    struct report_entry entry = {.name = "the run is not finished",
                                 .id = "fotarig/the run is not finished",
                                 .verdict = REPORT_ERROR,
                                 .kind = REPORT_KIND_UNFINISHED};
    report_buffer_addf(&text, "%s; %zu of %zu cases had ended", because, ended, run->entry_count);
    entry.message = report_buffer_text(&text);
    run->whole_suites = run->suite_count;
    bool good = !text.failed && copy_text(run, &entry.message) &&
                grow(&entries, run->entry_count, &run->entry_capacity, sizeof run->entries[0]);
    run->entries = entries;
    report_buffer_free(&text);
    if (!good || !find_suite(run, "fotarig", &entry.suite))
        return false;
    run->counts[REPORT_ERROR]++;
    run->entries[run->entry_count++] = entry;
    run->unfinished = true;
    return true;
}

void report_remove_unfinished(struct report_run *run)
{
    if (!run->unfinished)
        return;
    run->unfinished = false;
    run->entry_count--;
    run->counts[REPORT_ERROR]--;
    run->suite_count = run->whole_suites;
}

bool report_is_flaky(const struct report_case *c)
{
    return c->verdict == REPORT_PASSED && c->attempt_count > 0;
}

/* ---- the run ------------------------------------------------------------------------------- */

int report_add_property(struct report_run *run, const char *name, const char *value)
{
    struct report_run_info *info = &run->info;
    struct report_property *grown = allocate(run, (info->property_count + 1) * sizeof *grown);
    if (!grown)
        return -1;
    if (info->property_count)
        memcpy(grown, info->properties, info->property_count * sizeof *grown);
    grown[info->property_count] = (struct report_property){name, value};
    if (!copy_text(run, &grown[info->property_count].name) ||
        !copy_text(run, &grown[info->property_count].value))
        return -1;
    info->properties = grown;
    info->property_count++;
    return 0;
}

static bool copy_axis(struct report_run *run, struct report_axis *axis)
{
    const char **values = allocate(run, (axis->count + 1) * sizeof *values);
    if (!values || !copy_text(run, &axis->name))
        return false;
    for (size_t i = 0; i < axis->count; i++) {
        values[i] = axis->values[i];
        if (!copy_text(run, &values[i]))
            return false;
    }
    axis->values = values;
    return true;
}

int report_add_map(struct report_run *run, const struct report_map *map)
{
    size_t count = map->rows.count * (map->columns.count ? map->columns.count : 1);
    struct report_map *copy = allocate(run, sizeof *copy);
    uint32_t *counts = allocate(run, (count + 1) * sizeof *counts);
    if (!copy || !counts || run->map_count == REPORT_MAPS_MAX)
        return -1;
    *copy = *map;
    memcpy(counts, map->counts, count * sizeof *counts);
    copy->counts = counts;
    if (!copy_text(run, &copy->name) || !copy_text(run, &copy->meaning) ||
        !copy_axis(run, &copy->rows) || !copy_axis(run, &copy->columns))
        return -1;
    run->maps[run->map_count++] = copy;
    return 0;
}

static bool own_info(struct report_run *run)
{
    struct report_run_info *info = &run->info;
    info->tool = info->tool ? info->tool : "fotarig";
    info->tool_version = info->tool_version ? info->tool_version : "unknown";
    info->name = info->name ? info->name : info->tool;
    info->host = info->host ? info->host : "localhost";
    const char **texts[] = {&info->name, &info->tool, &info->tool_version, &info->command,
                            &info->host};
    bool failed = false;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        failed |= !copy_text(run, texts[i]);
    struct report_property *copy =
        copy_array(run, info->properties, info->property_count, sizeof *copy, &failed);
    for (size_t i = 0; copy && i < info->property_count; i++)
        failed |= !copy_text(run, &copy[i].name) || !copy_text(run, &copy[i].value);
    info->properties = copy;
    return !failed;
}

struct report_run *report_run_new(const struct report_run_info *info)
{
    struct report_run *run = calloc(1, sizeof *run);
    if (!run)
        return NULL;
    run->info = *info;
    if (own_info(run))
        return run;
    report_run_free(run);
    return NULL;
}

void report_run_free(struct report_run *run)
{
    if (!run)
        return;
    for (size_t i = 0; i < run->stream_count; i++)
        report_stream_free(run->streams[i]);
    for (struct report_chunk *chunk = run->chunks, *next; chunk; chunk = next) {
        next = chunk->next;
        free(chunk);
    }
    free(run->names.slots);
    free(run->ids.slots);
    free(run->texts.slots);
    free(run->suites);
    free(run->entries);
    free(run);
}

int report_end(struct report_run *run, uint64_t now_ms, const char *stopped_because)
{
    run->ended_at_ms = now_ms;
    run->stopped_because = stopped_because;
    return copy_text(run, &run->stopped_because) ? 0 : -1;
}

const struct report_run_info *report_info(const struct report_run *run)
{
    return &run->info;
}

size_t report_case_count(const struct report_run *run)
{
    return run->entry_count;
}

struct report_case report_case_at(const struct report_run *run, size_t index)
{
    const struct report_entry *entry = &run->entries[index];
    const struct report_case kept = {.title = entry->title,
                                     .why = entry->why,
                                     .file = entry->file,
                                     .line = entry->line,
                                     .verdict = (enum report_verdict)entry->verdict,
                                     .kind = (enum report_kind)entry->kind,
                                     .message = entry->message,
                                     .started_at_ms = entry->started_at_ms,
                                     .wall_us = entry->wall_us,
                                     .virtual_us = entry->virtual_us};
    return identified(run, index, &kept);
}

size_t report_count(const struct report_run *run, enum report_verdict verdict)
{
    return run->counts[verdict];
}

const char *report_verdict_name(enum report_verdict verdict)
{
    static const char *const names[] = {
#define X(name, text, ...) text,
        REPORT_VERDICTS(X)
#undef X
    };
    return names[verdict];
}

uint64_t report_case_ms(const struct report_case *c)
{
    return c->wall_us / 1000 + (c->wall_us % 1000 >= 500);
}

uint64_t report_case_started_ms(const struct report_run *run, const struct report_case *c)
{
    return c->started_at_ms > run->info.started_at_ms ? c->started_at_ms : run->info.started_at_ms;
}

uint64_t report_ended_ms(const struct report_run *run)
{
    uint64_t ended = run->ended_at_ms;
    if (ended < run->info.started_at_ms)
        ended = run->info.started_at_ms;
    for (size_t i = 0; i < run->entry_count; i++) {
        const struct report_case c = report_case_at(run, i);
        uint64_t stop = report_case_started_ms(run, &c) + report_case_ms(&c);
        if (stop > ended)
            ended = stop;
    }
    return ended;
}
