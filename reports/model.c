/* model.c - the run: copies of all that was said about it, in chunks that are freed together. */
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
    report_buffer_add(&tried, name->text, name->size);
    for (unsigned n = 2; !tried.failed && report_set_has(set, tried.text); n++) {
        report_buffer_clear(&tried);
        report_buffer_addf(&tried, "%s (%u)", name->text, n);
    }
    *ret_name = report_buffer_text(&tried);
    bool done =
        !tried.failed && copy_text(run, ret_name) && report_set_add(set, *ret_name) == REPORT_ADDED;
    report_buffer_free(&tried);
    return done;
}

/* Index of the suite of this group, which is added when it is new; false when memory ran out. */
static bool find_suite(struct report_run *run, const char *group, size_t *ret_suite)
{
    for (size_t i = run->suite_count; i-- > 0;) {
        if (strcmp(run->suites[i], group) == 0) {
            *ret_suite = i;
            return true;
        }
    }
    void *suites = run->suites;
    if (!grow(&suites, run->suite_count, &run->suite_capacity, sizeof run->suites[0]))
        return false;
    run->suites = suites;
    if (!copy_text(run, &group))
        return false;
    *ret_suite = run->suite_count;
    run->suites[run->suite_count++] = group;
    return true;
}

/* Gives the entry its suite, group, name and id. The set of names holds "group LF name". */
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
        entry->result.group = run->suites[entry->suite];
        entry->result.name = strchr(name, '\n') + 1;
        if (known->id)
            report_name_add(&text, known->id, "unnamed");
        else
            report_buffer_addf(&text, "%s/%s", entry->result.group, entry->result.name);
        done = !text.failed && unique_name(run, &run->ids, &text, &entry->result.id);
    }
    report_buffer_free(&text);
    return done;
}

/* ---- cases --------------------------------------------------------------------------------- */

static bool copy_exchanges(struct report_run *run, struct report_case *c)
{
    bool failed = false;
    struct report_exchange *copy =
        copy_array(run, c->exchanges, c->exchange_count, sizeof *copy, &failed);
    for (size_t i = 0; copy && i < c->exchange_count; i++)
        failed |= !copy_bytes(run, &copy[i].bytes);
    c->exchanges = copy;
    return !failed;
}

static bool copy_steps(struct report_run *run, struct report_case *c)
{
    bool failed = false;
    struct report_step *copy = copy_array(run, c->steps, c->step_count, sizeof *copy, &failed);
    for (size_t i = 0; copy && i < c->step_count; i++)
        failed |= !copy_text(run, &copy[i].name);
    c->steps = copy;
    return !failed;
}

static bool copy_details(struct report_run *run, struct report_case *c)
{
    bool failed = false;
    const char **copy = copy_array(run, c->details, c->detail_count, sizeof *copy, &failed);
    for (size_t i = 0; copy && i < c->detail_count; i++)
        failed |= !copy_text(run, &copy[i]);
    c->details = copy;
    return !failed;
}

static bool copy_attachments(struct report_run *run, struct report_case *c)
{
    bool failed = false;
    struct report_attachment *copy =
        copy_array(run, c->attachments, c->attachment_count, sizeof *copy, &failed);
    for (size_t i = 0; copy && i < c->attachment_count; i++)
        failed |= !copy_text(run, &copy[i].name) || !copy_text(run, &copy[i].content_type) ||
                  !copy_text(run, &copy[i].path);
    c->attachments = copy;
    return !failed;
}

static bool copy_attempts(struct report_run *run, struct report_case *c)
{
    bool failed = false;
    struct report_attempt *copy =
        copy_array(run, c->attempts, c->attempt_count, sizeof *copy, &failed);
    for (size_t i = 0; copy && i < c->attempt_count; i++)
        failed |= !copy_text(run, &copy[i].message);
    c->attempts = copy;
    return !failed;
}

static bool copy_figures(struct report_run *run, struct report_case *c)
{
    bool failed = false;
    struct report_figure *copy =
        copy_array(run, c->figures, c->figure_count, sizeof *copy, &failed);
    for (size_t i = 0; copy && i < c->figure_count; i++)
        failed |= !copy_text(run, &copy[i].name);
    c->figures = copy;
    return !failed;
}

/* Replaces all that the case points to, but its identity, with copies. */
static bool own_case(struct report_run *run, struct report_case *c)
{
    const char **texts[] = {&c->title,   &c->why,   &c->file,  &c->type,
                            &c->message, &c->place, &c->repeat};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (!copy_text(run, texts[i]))
            return false;
    return copy_bytes(run, &c->expected) && copy_bytes(run, &c->received) &&
           copy_exchanges(run, c) && copy_steps(run, c) && copy_details(run, c) &&
           copy_attachments(run, c) && copy_attempts(run, c) && copy_figures(run, c);
}

int report_plan_case(struct report_run *run, const struct report_case *known, size_t *ret_index)
{
    void *entries = run->entries;
    if (!grow(&entries, run->entry_count, &run->entry_capacity, sizeof run->entries[0]))
        return -1;
    run->entries = entries;
    struct report_entry *entry = allocate(run, sizeof *entry);
    if (!entry || !identify(run, entry, known))
        return -1;
    entry->result.title = known->title;
    entry->result.why = known->why;
    entry->result.file = known->file;
    entry->result.line = known->line;
    if (!own_case(run, &entry->result))
        return -1;
    run->counts[REPORT_NOT_RUN]++;
    run->entries[run->entry_count] = entry;
    if (ret_index)
        *ret_index = run->entry_count;
    run->entry_count++;
    return 0;
}

int report_finish_case(struct report_run *run, size_t index, const struct report_case *result)
{
    if (index >= run->entry_count)
        return -1;
    struct report_case *planned = &run->entries[index]->result;
    struct report_case ended = *result;
    if (!own_case(run, &ended))
        return -1;
    ended.group = planned->group;
    ended.name = planned->name;
    ended.id = planned->id;
    ended.title = ended.title ? ended.title : planned->title;
    ended.why = ended.why ? ended.why : planned->why;
    if (!ended.file) {
        ended.file = planned->file;
        ended.line = planned->line;
    }
    run->counts[planned->verdict]--;
    run->counts[ended.verdict]++;
    *planned = ended;
    return 0;
}

int report_add_case(struct report_run *run, const struct report_case *result)
{
    size_t index;
    if (report_plan_case(run, result, &index) != 0)
        return -1;
    return report_finish_case(run, index, result);
}

/* ---- the run ------------------------------------------------------------------------------- */

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
    for (struct report_chunk *chunk = run->chunks, *next; chunk; chunk = next) {
        next = chunk->next;
        free(chunk);
    }
    free(run->names.slots);
    free(run->ids.slots);
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

const struct report_case *report_case_at(const struct report_run *run, size_t index)
{
    return &run->entries[index]->result;
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
        const struct report_case *c = &run->entries[i]->result;
        uint64_t stop = report_case_started_ms(run, c) + report_case_ms(c);
        if (stop > ended)
            ended = stop;
    }
    return ended;
}
