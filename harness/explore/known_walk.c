/* known_walk.c - sums over walks, from their ends to their places. */
#include "harness/explore/known_walk.h"

#include <stdlib.h>
#include <string.h>

/* ---- the table ------------------------------------------------------------------------------- */

bool walk_table_make(struct walk_table *table, size_t capacity)
{
    *table = (struct walk_table){.capacity = 4};
    while (table->capacity < capacity)
        table->capacity *= 2;
    table->entries = malloc(table->capacity * sizeof *table->entries);
    table->heads = calloc(table->capacity, sizeof *table->heads);
    if (table->entries && table->heads)
        return true;
    walk_table_free(table);
    return false;
}

void walk_table_free(struct walk_table *table)
{
    free(table->entries);
    free(table->heads);
    free(table->places);
    *table = (struct walk_table){0};
}

void walk_table_empty(struct walk_table *table)
{
    table->kept = 0;
    walk_table_forget(table);
}

void walk_table_keep(struct walk_table *table)
{
    table->kept = table->count;
}

static uint32_t *head_of(struct walk_table *table, uint64_t key)
{
    return &table->heads[(size_t)key & (table->capacity - 1)];
}

/* The last ones stand first in their lists. */
void walk_table_forget(struct walk_table *table)
{
    while (table->count > table->kept) {
        const struct walk_entry *entry = &table->entries[--table->count];
        *head_of(table, entry->key) = entry->next;
    }
    table->is_walking = false;
}

const struct walk_entry *walk_find(const struct walk_table *table, const struct merge_place *place,
                                   const struct walk_entry *before)
{
    uint32_t at = before ? before->next : table->heads[place->key & (table->capacity - 1)];
    for (; at; at = table->entries[at - 1].next) {
        const struct walk_entry *entry = &table->entries[at - 1];
        if (entry->key == place->key && entry->check == place->check)
            return entry;
    }
    return NULL;
}

/* ---- a walk ---------------------------------------------------------------------------------- */

/* Adds nothing to a row; its reach none to another. */
static const struct walk_row no_runs = {.reach = {.quiet_us = UINT64_MAX / 2, .has_result = true}};

void walk_begin(struct walk_table *table)
{
    table->place_count = 0;
    table->is_walking = true;
}

struct walk_place *walk_add(struct walk_table *table, const struct merge_place *place)
{
    if (table->place_count == table->place_room) {
        size_t room = table->place_room ? 2 * table->place_room : 64;
        struct walk_place *more = realloc(table->places, room * sizeof *more);
        table->is_walking = table->is_walking && more;
        if (!more)
            return NULL;
        table->places = more;
        table->place_room = room;
    }
    struct walk_place *added = &table->places[table->place_count++];
    memset(added, 0, sizeof *added);
    for (unsigned fault = 0; fault < EXPLORE_FAULT_COUNT; fault++)
        added->rows[fault] = no_runs;
    added->place = *place;
    return added;
}

static void add_reach(struct merge_reach *reach, const struct merge_reach *more)
{
    if (more->duration_us > reach->duration_us)
        reach->duration_us = more->duration_us;
    if (more->quiet_us < reach->quiet_us)
        reach->quiet_us = more->quiet_us;
    if (more->commands > reach->commands)
        reach->commands = more->commands;
    reach->has_result = reach->has_result && more->has_result;
    reach->has_excuse = reach->has_excuse || more->has_excuse;
    reach->has_draw = reach->has_draw || more->has_draw;
    reach->has_crowd = reach->has_crowd || more->has_crowd;
}

static void add_row(struct walk_row *row, const struct walk_row *more)
{
    add_reach(&row->reach, &more->reach);
    row->runs += more->runs;
    row->steps += more->steps;
    row->time_us += more->time_us;
    row->sent_bytes += more->sent_bytes;
    row->is_wrong = row->is_wrong || more->is_wrong;
    for (unsigned outcome = 0; outcome < FOTA_OUTCOME_COUNT; outcome++) {
        row->outcomes[outcome] += more->outcomes[outcome];
        row->excused[outcome] += more->excused[outcome];
    }
    if (more->judged_us > row->judged_us)
        row->judged_us = more->judged_us;
    for (unsigned rule = 0; rule < EXPLORE_RULE_COUNT; rule++)
        if (more->cost.count[rule] > row->cost.count[rule])
            row->cost.count[rule] = more->cost.count[rule];
}

static bool is_none_judged(const struct walk_row *row)
{
    for (unsigned outcome = 0; outcome < FOTA_OUTCOME_COUNT; outcome++)
        if (row->outcomes[outcome])
            return false;
    return true;
}

/* The same runs, seen from a place before. Their reach is that of the walk as well, even if there
   is none: where it ends says how many there are. */
static void shift_row(struct walk_row *row, const struct merge_place *from,
                      const struct merge_place *to)
{
    row->reach = merge_reach_from(from, to, &row->reach);
    if (!row->runs)
        return;
    row->steps += row->runs * (to->steps - from->steps);
    row->time_us += row->runs * (to->at_us - from->at_us);
    row->sent_bytes += row->runs * (to->sent_bytes - from->sent_bytes);
    if (is_none_judged(row))
        return;
    row->judged_us += to->at_us - from->at_us;
    for (unsigned rule = 0; rule < EXPLORE_RULE_COUNT; rule++)
        row->cost.count[rule] += to->cost.count[rule] - from->cost.count[rule];
}

void walk_ended(struct walk_table *table, unsigned fault, const struct merge_place *at,
                const struct merge_rest *rest, enum walk_verdict verdict)
{
    if (!table->is_walking || !table->place_count)
        return;
    struct walk_place *last = &table->places[table->place_count - 1];
    struct walk_row run = {.runs = 1,
                           .steps = rest->steps,
                           .time_us = rest->reach.duration_us,
                           .sent_bytes = rest->sent_bytes,
                           .reach = rest->reach,
                           .is_wrong = verdict == WALK_WRONG};
    if (verdict == WALK_EXCUSED) {
        run.excused[rest->outcome] = 1;
    } else {
        run.outcomes[rest->outcome] = 1;
        run.judged_us = rest->reach.duration_us;
        run.cost = rest->cost;
    }
    shift_row(&run, &last->place, at);
    add_row(&last->rows[fault], &run);
}

static bool are_marks_equal(const struct merge_marks *a, const struct merge_marks *b)
{
    return memcmp(a->due_in_us, b->due_in_us, sizeof a->due_in_us) == 0 &&
           a->tail_in_us == b->tail_in_us && a->fault_ago_us == b->fault_ago_us &&
           a->repeats == b->repeats && a->is_crowded == b->is_crowded && a->random == b->random &&
           a->is_spoilt == b->is_spoilt;
}

/* An entry of this place whose marks are the same. */
static struct walk_entry *twin_of(struct walk_table *table, const struct merge_place *place)
{
    const struct walk_entry *entry = NULL;
    while ((entry = walk_find(table, place, entry)) != NULL)
        if (are_marks_equal(&entry->marks, &place->limits.marks))
            return &table->entries[entry - table->entries];
    return NULL;
}

/* What one walk did not learn another one may. */
static void fill(struct walk_entry *entry, const struct walk_row rows[EXPLORE_FAULT_COUNT])
{
    for (unsigned fault = 0; fault < EXPLORE_FAULT_COUNT; fault++)
        if (entry->rows[fault].is_wrong)
            entry->rows[fault] = rows[fault];
}

static void store_place(struct walk_table *table, const struct merge_place *place,
                        const struct walk_row rows[EXPLORE_FAULT_COUNT])
{
    struct walk_entry *entry = twin_of(table, place);
    if (entry) {
        fill(entry, rows);
        return;
    }
    if (table->count == table->capacity)
        return;
    uint32_t *head = head_of(table, place->key);
    entry = &table->entries[table->count++];
    entry->key = place->key;
    entry->check = place->check;
    entry->marks = place->limits.marks;
    entry->next = *head;
    *head = (uint32_t)table->count;
    memcpy(entry->rows, rows, sizeof entry->rows);
}

/* Of a row that was taken over at a place before, this walk learned nothing any more. */
static uint64_t left_before(const struct walk_table *table, size_t index)
{
    uint64_t left = 0;
    for (size_t i = 0; i < index; i++)
        left |= table->places[i].known;
    return left;
}

void walk_store(struct walk_table *table, const struct merge_place *end)
{
    struct walk_row rows[EXPLORE_FAULT_COUNT], told[EXPLORE_FAULT_COUNT];
    for (unsigned fault = 0; fault < EXPLORE_FAULT_COUNT; fault++)
        rows[fault] = no_runs;
    for (size_t i = table->place_count; table->is_walking && i > 0; i--) {
        const struct walk_place *at = &table->places[i - 1];
        uint64_t left = left_before(table, i - 1);
        for (unsigned fault = 0; fault < EXPLORE_FAULT_COUNT; fault++) {
            const struct merge_place *next = i < table->place_count ? &table->places[i].place : end;
            if (next)
                shift_row(&rows[fault], &at->place, next);
            add_row(&rows[fault], &at->rows[fault]);
            told[fault] = rows[fault];
            told[fault].is_wrong = rows[fault].is_wrong || left >> fault & 1;
        }
        store_place(table, &at->place, told);
    }
    table->is_walking = false;
}
