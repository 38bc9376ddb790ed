/* coverage.c - from journals to counts. */
#include "harness/coverage/coverage.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/fota.h"
#include "harness/bench/tapped.h"
#include "harness/coverage/internal.h"
#include "harness/scenario/scenario.h"
#include "sim/catalogue.h"
#include "sim/sim.h"

/* ---- making --------------------------------------------------------------------------------- */

static const struct {
    const char *name, *meaning;
    uint8_t row, column; /* enum coverage_axis_id */
} table_rows[] = {
#define X(id, text, row, column, meaning)                                                          \
    {text, meaning, COVERAGE_AXIS_##row, COVERAGE_AXIS_##column},
    COVERAGE_TABLES(X)
#undef X
};

size_t coverage_columns(const struct coverage_table *table)
{
    return table->column ? table->column->count : 1;
}

static bool make_table(struct coverage *coverage, unsigned id)
{
    struct coverage_table *table = &coverage->tables[id];
    uint8_t column = table_rows[id].column;
    table->name = table_rows[id].name;
    table->meaning = table_rows[id].meaning;
    table->row = &coverage->axes[table_rows[id].row];
    table->column = column == COVERAGE_AXIS_NONE ? NULL : &coverage->axes[column];
    table->cells = calloc(table->row->count * coverage_columns(table), sizeof *table->cells);
    return table->cells != NULL;
}

struct coverage *coverage_new(void)
{
    struct coverage *coverage = calloc(1, sizeof *coverage);
    bool good = coverage != NULL;
    for (unsigned i = 0; good && i < COVERAGE_AXIS_COUNT; i++)
        good = coverage_axis_fill(&coverage->axes[i], i);
    for (unsigned i = 0; good && i < COVERAGE_TABLE_COUNT; i++)
        good = make_table(coverage, i);
    if (good)
        return coverage;
    coverage_free(coverage);
    return NULL;
}

void coverage_free(struct coverage *coverage)
{
    if (!coverage)
        return;
    for (unsigned i = 0; i < COVERAGE_AXIS_COUNT; i++)
        free(coverage->axes[i].values);
    for (unsigned i = 0; i < COVERAGE_TABLE_COUNT; i++)
        free(coverage->tables[i].cells);
    for (size_t i = 0; i < coverage->case_count; i++)
        free(coverage->cases[i]);
    for (size_t i = 0; i < coverage->text_count; i++)
        free(coverage->texts[i]);
    free(coverage->cases);
    free(coverage->texts);
    free(coverage->points);
    free(coverage);
}

/* Appends a copy of a text to a list; NULL: no memory. */
static const char *keep(char ***list, size_t *count, const char *text)
{
    char **grown = realloc(*list, (*count + 1) * sizeof *grown);
    if (!grown)
        return NULL;
    *list = grown;
    grown[*count] = strdup(text);
    return grown[*count] ? grown[(*count)++] : NULL;
}

bool coverage_keep_case(struct coverage *coverage, const char *name)
{
    return keep(&coverage->cases, &coverage->case_count, name) != NULL;
}

const char *coverage_keep(struct coverage *coverage, const char *text)
{
    return keep(&coverage->texts, &coverage->text_count, text);
}

/* ---- counting ------------------------------------------------------------------------------- */

enum { UNKNOWN = -1 };

/* Where a run is; UNKNOWN while nobody has said. */
struct reader {
    struct coverage *coverage;
    int state;  /* enum fota_state; UNKNOWN while the host is down */
    int phase;  /* enum sim_phase */
    int status; /* index on the axis of statuses */
    int action; /* a fault that waits to be counted: it may have had no effect */
    bool failed;
    struct bench_tapping tapping;
};

/* `column` 0 in a list. Nothing is counted for what is UNKNOWN. */
static void count(const struct reader *reader, enum coverage_table_id id, int row, int column)
{
    const struct coverage_table *table = &reader->coverage->tables[id];
    size_t columns = coverage_columns(table);
    if (row < 0 || column < 0 || (size_t)row >= table->row->count || (size_t)column >= columns)
        return;
    struct coverage_cell *cell = &table->cells[(size_t)row * columns + (size_t)column];
    if (cell->count++ == 0)
        cell->first = (uint32_t)reader->coverage->case_count;
}

static int find(const struct coverage *coverage, enum coverage_axis_id id, const char *text,
                size_t length)
{
    const struct coverage_axis *axis = &coverage->axes[id];
    for (size_t i = 0; i < axis->count; i++)
        if (strlen(axis->values[i]) == length && memcmp(axis->values[i], text, length) == 0)
            return (int)i;
    return UNKNOWN;
}

static int find_number(const struct coverage *coverage, enum coverage_axis_id id, uint32_t number)
{
    char text[16];
    int length = snprintf(text, sizeof text, "%" PRIu32, number);
    return find(coverage, id, text, (size_t)length);
}

static void count_place(const struct reader *reader)
{
    count(reader, COVERAGE_TABLE_STATUS_PHASE, reader->status, reader->phase);
    count(reader, COVERAGE_TABLE_PHASE_STATE, reader->phase, reader->state);
}

bool coverage_add_point(struct coverage *coverage, const struct coverage_point *point)
{
    for (size_t i = 0; i < coverage->point_count; i++) {
        struct coverage_point *known = &coverage->points[i];
        if (known->status == point->status && known->phase == point->phase &&
            known->fault == point->fault && known->state == point->state) {
            known->count += point->count;
            return true;
        }
    }
    struct coverage_point *grown =
        realloc(coverage->points, (coverage->point_count + 1) * sizeof *grown);
    if (!grown)
        return false;
    coverage->points = grown;
    coverage->points[coverage->point_count++] = *point;
    return true;
}

static void count_point(struct reader *reader, unsigned fault)
{
    const struct coverage_point point = {(uint8_t)(reader->status + 1), (uint8_t)reader->phase,
                                         (uint8_t)fault, (uint8_t)reader->state, 1};
    if (reader->state != UNKNOWN && !coverage_add_point(reader->coverage, &point))
        reader->failed = true;
}

/* Counts the fault that waits: nothing has happened since, so it is where it fell. */
static void count_fault(struct reader *reader)
{
    int action = reader->action;
    reader->action = UNKNOWN;
    if (action == UNKNOWN)
        return;
    unsigned fault = scenario_action_rows[action].fault;
    count(reader, COVERAGE_TABLE_ACTION, action, 0);
    count(reader, COVERAGE_TABLE_FAULT_PHASE, (int)fault, reader->phase);
    count(reader, COVERAGE_TABLE_FAULT_STATE, (int)fault, reader->state);
    count_point(reader, fault);
}

static void read_core(struct reader *reader, const struct bench_record *record)
{
    int a = record->b & 0xff, b = record->b >> 8, status;
    switch (record->a) {
    case FOTA_EVENT_STATE:
        reader->state = b;
        count_place(reader);
        break;
    case FOTA_EVENT_STATUS:
        status = find_number(reader->coverage, COVERAGE_AXIS_STATUS, (uint32_t)a);
        count(reader, COVERAGE_TABLE_STATUS, status, 0);
        count(reader, COVERAGE_TABLE_STATUS_STATE, status, reader->state);
        if (reader->status == UNKNOWN) /* left over; the module tells changes only */
            reader->status = status;
        count_place(reader);
        break;
    case FOTA_EVENT_OUTCOME:
        count(reader, COVERAGE_TABLE_OUTCOME, a - (FOTA_OUTCOME_NONE + 1), 0);
        count(reader, COVERAGE_TABLE_REASON, b, 0);
        break;
    default:
        break;
    }
}

static void read_module(struct reader *reader, const struct bench_record *record)
{
    const struct coverage *coverage = reader->coverage;
    int number = record->number > INT32_MAX ? UNKNOWN : (int)record->number;
    switch (record->a) {
    case SIM_EVENT_PHASE:
        reader->phase = number;
        count_place(reader);
        break;
    case SIM_EVENT_STATUS:
        reader->status = find_number(coverage, COVERAGE_AXIS_STATUS, record->number);
        count_place(reader);
        break;
    case SIM_EVENT_RESET:
        count(reader, COVERAGE_TABLE_RESET, number, 0);
        break;
    case SIM_EVENT_HTTP:
        count(reader, COVERAGE_TABLE_HTTP,
              find_number(coverage, COVERAGE_AXIS_HTTP, record->number), 0);
        break;
    default:
        break;
    }
}

/* Lines of the module as they reached the host, from whatever module. */
static void read_tap(void *context, const struct tap_event *event)
{
    if (event->kind == TAP_URC)
        count(context, COVERAGE_TABLE_URC, sim_update_urc_find(event->text, event->text_length), 0);
}

static void read_record(struct reader *reader, const struct bench_record *record)
{
    enum { HOST_DOWN = 0, HOST_STARTED_AGAIN = 2, REQUEST_ASKED = 0, NO_EFFECT = 1 };
    if (record->kind == BENCH_JOURNAL_BENCH && record->a == NO_EFFECT)
        reader->action = UNKNOWN;
    count_fault(reader);
    bench_tap_record(&reader->tapping, record, read_tap, reader);
    switch (record->kind) {
    case BENCH_JOURNAL_CORE:
        read_core(reader, record);
        break;
    case BENCH_JOURNAL_MODULE:
        read_module(reader, record);
        break;
    case BENCH_JOURNAL_FAULT:
        reader->action = find(reader->coverage, COVERAGE_AXIS_ACTION, (const char *)record->payload,
                              record->length);
        break;
    case BENCH_JOURNAL_REQUEST:
        if (record->b != REQUEST_ASKED)
            count(reader, COVERAGE_TABLE_REQUEST, record->a - (FOTA_REQUEST_NONE + 1), 0);
        break;
    case BENCH_JOURNAL_HOST:
        if (record->a > HOST_STARTED_AGAIN)
            break;
        reader->state = record->a == HOST_DOWN ? UNKNOWN : FOTA_STATE_IDLE;
        count_place(reader);
        break;
    default:
        break;
    }
}

bool coverage_add(struct coverage *coverage, const char *case_name,
                  const struct bench_journal *journal)
{
    struct reader reader = {.coverage = coverage,
                            .state = UNKNOWN,
                            .phase = SIM_PHASE_IDLE,
                            .status = UNKNOWN,
                            .action = UNKNOWN};
    size_t offset = bench_journal_begin(journal);
    struct bench_record record;
    while (bench_journal_next(journal, &offset, &record))
        read_record(&reader, &record);
    count_fault(&reader);
    return coverage_keep_case(coverage, case_name) && !reader.failed;
}

/* ---- asking --------------------------------------------------------------------------------- */

void coverage_cell_name(const struct coverage_table *table, size_t cell, char *buffer,
                        size_t capacity)
{
    size_t columns = coverage_columns(table);
    const char *row = table->row->values[cell / columns];
    if (table->column)
        snprintf(buffer, capacity, "%s: %s / %s", table->name, row,
                 table->column->values[cell % columns]);
    else
        snprintf(buffer, capacity, "%s: %s", table->name, row);
}

struct coverage_sum coverage_sum(const struct coverage_table *table)
{
    struct coverage_sum sum = {.cells = table->row->count * coverage_columns(table)};
    for (size_t i = 0; i < sum.cells; i++) {
        const struct coverage_cell *cell = &table->cells[i];
        if (cell->count)
            sum.reached++;
        else if (cell->justification)
            sum.justified++;
        else
            sum.missing++;
    }
    return sum;
}

struct coverage_sum coverage_sum_all(const struct coverage *coverage)
{
    struct coverage_sum all = {0};
    for (unsigned i = 0; i < COVERAGE_TABLE_COUNT; i++) {
        struct coverage_sum one = coverage_sum(&coverage->tables[i]);
        all.cells += one.cells;
        all.reached += one.reached;
        all.justified += one.justified;
        all.missing += one.missing;
    }
    return all;
}
