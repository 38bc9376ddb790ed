/* shrink.c - leaves out what is not needed, then measures what is left. */
#include "harness/trace/shrink.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/trace/forked.h"
#include "harness/trace/shrink_tree.h"

/* How a run ends, as far as it must stay the same. */
struct ending {
    uint8_t verdict, outcome, reason;
    bool finished;
    char what[48]; /* of the first finding */
};

struct shrinking {
    struct shrink_tree tree;
    const char *path;
    uint64_t seed;
    unsigned jobs;
    struct bench_run *run;
    const struct shrink_change *change; /* NULL = none */
    struct scenario_case changed;
    struct ending want;
    struct shrink_result *result;
};

/* ---- one run --------------------------------------------------------------------------------- */

static bool run_text(struct shrinking *shrinking, const char *text, size_t length, size_t index,
                     struct bench_result *ret_result)
{
    struct scenario_errors errors = {0};
    const struct bench_options options = {.seed = shrinking->seed, .sink = BENCH_SINK_NONE};
    struct scenario *scenario = scenario_parse(shrinking->path, text, length, &errors);
    scenario_errors_done(&errors);
    if (!scenario)
        return false;
    bool good = index < scenario->case_count;
    const struct scenario_case *one = good ? &scenario->cases[index] : NULL;
    if (good && shrinking->change) {
        shrinking->change->make(shrinking->change->context, one, &shrinking->changed);
        one = &shrinking->changed;
    }
    good = good && bench_run_begin(shrinking->run, one, &options);
    shrinking->result->runs++;
    if (good)
        bench_run_all(shrinking->run, ret_result);
    scenario_free(scenario);
    return good;
}

static struct ending ending_of(const struct bench_result *result)
{
    const struct fota_result *fota = &result->observed.result;
    struct ending ending = {.verdict = result->verdict, .finished = result->observed.finished};
    if (ending.finished) {
        ending.outcome = (uint8_t)fota->outcome;
        ending.reason = (uint8_t)fota->reason;
    }
    if (result->finding_count)
        snprintf(ending.what, sizeof ending.what, "%s", result->findings[0].what);
    return ending;
}

static bool same_ending(const struct ending *a, const struct ending *b)
{
    return a->verdict == b->verdict && a->outcome == b->outcome && a->reason == b->reason &&
           a->finished == b->finished && strcmp(a->what, b->what) == 0;
}

static bool is_bad(const struct ending *ending)
{
    bool good = ending->finished && (ending->outcome == FOTA_OUTCOME_UPDATED ||
                                     ending->outcome == FOTA_OUTCOME_ALREADY_CURRENT);
    return ending->verdict == BENCH_FAILED || (ending->verdict == BENCH_PASSED && !good);
}

/* How the tree ends as it is now; false: it is no scenario. */
static bool run_written(struct shrinking *shrinking, struct ending *ret_ending)
{
    char *text = NULL;
    size_t length = 0;
    struct bench_result result;
    FILE *file = open_memstream(&text, &length);
    if (!file)
        return false;
    shrink_tree_write(&shrinking->tree, file);
    fclose(file);
    bool good = run_text(shrinking, text, length, 0, &result);
    if (good)
        *ret_ending = ending_of(&result);
    free(text);
    return good;
}

/* The tree as it is now still ends so. */
static bool still_ends_so(struct shrinking *shrinking)
{
    struct ending ending;
    return run_written(shrinking, &ending) && same_ending(&ending, &shrinking->want);
}

/* ---- leaving out ----------------------------------------------------------------------------- */

static size_t left(const struct shrink_tree *tree)
{
    size_t count = 0;
    for (size_t i = 0; i < tree->unit_count; i++)
        count += !tree->units[i].out;
    return count;
}

/* The next `size` units that are left, from `from` on: what is tried to be left out together. */
struct part {
    size_t from, size, behind; /* units; behind: the first that no longer belongs to it */
};

static struct part part_from(const struct shrink_tree *tree, size_t from, size_t size)
{
    struct part part = {from, 0, from};
    for (; part.behind < tree->unit_count && part.size < size; part.behind++)
        part.size += !tree->units[part.behind].out;
    return part;
}

/* What is out already stays so; false: it ends another way, and they are in again. */
static bool leave_out(struct shrinking *shrinking, const struct part *part)
{
    struct shrink_tree *tree = &shrinking->tree;
    bool was_out[SHRINK_UNITS_MAX];
    for (size_t i = part->from; i < part->behind; i++) {
        was_out[i] = tree->units[i].out;
        tree->units[i].out = true;
    }
    if (part->size > 0 && still_ends_so(shrinking))
        return true;
    for (size_t i = part->from; i < part->behind; i++)
        tree->units[i].out = was_out[i];
    return false;
}

/* Parts one after the other, each tried as if those before could not be left out. */
enum { PARTS_MAX = 64 };
struct parts {
    struct shrinking *shrinking;
    struct part items[PARTS_MAX];
    size_t count;
};

static void try_part(void *context, size_t index, void *ret_same)
{
    struct parts *parts = context;
    struct shrink_tree *tree = &parts->shrinking->tree;
    const struct part *part = &parts->items[index];
    bool was_out[SHRINK_UNITS_MAX];
    for (size_t i = part->from; i < part->behind; i++)
        was_out[i] = tree->units[i].out;
    *(bool *)ret_same = leave_out(parts->shrinking, part);
    for (size_t i = part->from; i < part->behind; i++)
        tree->units[i].out = was_out[i];
}

/*
 * Leaves out the first of the next `most` parts that can be; where to go on. The same as one part
 * after the other, whatever `most` is: what was tried behind the first is forgotten.
 */
static size_t leave_first_out(struct shrinking *shrinking, size_t from, size_t size, size_t most,
                              bool *ret_any)
{
    struct shrink_tree *tree = &shrinking->tree;
    struct parts parts = {.shrinking = shrinking};
    bool same[PARTS_MAX] = {false};
    size_t runs = shrinking->result->runs, at = from, i = 0;
    while (at < tree->unit_count && parts.count < most) {
        parts.items[parts.count] = part_from(tree, at, size);
        at = parts.items[parts.count++].behind;
    }
    forked_all(shrinking->jobs, parts.count, sizeof same[0], try_part, &parts, same);
    while (i < parts.count && !same[i])
        i++;
    shrinking->result->runs = runs + (i < parts.count ? i + 1 : i);
    *ret_any = i < parts.count;
    if (!*ret_any)
        return at;
    for (size_t k = parts.items[i].from; k < parts.items[i].behind; k++)
        tree->units[k].out = true;
    return parts.items[i].behind;
}

/* Once through all units; whether anything was left out. The more often it was in vain, the more
   are tried at a time. */
static bool leave_some_out(struct shrinking *shrinking, size_t size)
{
    size_t least = shrinking->jobs > 1 ? shrinking->jobs : 1, most = least;
    bool any = false, now;
    for (size_t at = 0; at < shrinking->tree.unit_count;) {
        at = leave_first_out(shrinking, at, size, most, &now);
        any |= now;
        most = now || least == 1 ? least : 2 * most < PARTS_MAX ? 2 * most : PARTS_MAX;
    }
    return any;
}

/* Halves, quarters, … single ones, until no single one can be left out. */
static void leave_all_out(struct shrinking *shrinking)
{
    size_t size = left(&shrinking->tree);
    for (bool any = true; size && (size > 1 || any);) {
        any = leave_some_out(shrinking, size) || size > 1;
        size = size > 1 ? (size + 1) / 2 : 1;
    }
}

/* ---- intervals ------------------------------------------------------------------------------- */

/* How a number is written: the unit that stands behind it. */
static const struct unit {
    const char *name;
    uint64_t factor; /* of the step of the proof */
    const char *step;
    uint64_t most; /* in steps */
} units[] = {
    {"ms", 1, "ms", 86400000},   {"min", 60000, "ms", 86400000},
    {"s", 1000, "ms", 86400000}, {"h", 3600000, "ms", 86400000},
    {"KiB", 1024, "B", 4194304}, {"B", 1, "B", 4194304},
    {"%", 1, "%", 99},           {"mV", 1, "mV", 6000},
    {"", 1, "", 1000000},
};

static const struct unit *unit_of(const char *text, uint64_t *ret_steps)
{
    char *end;
    double value = strtod(text, &end);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(end, units[i].name) == 0) {
            *ret_steps = (uint64_t)(value * (double)units[i].factor + 0.5);
            return &units[i];
        }
    return NULL;
}

static bool ends_so_with(struct shrinking *shrinking, struct shrink_value *value,
                         const struct unit *unit, uint64_t steps)
{
    snprintf(value->text, sizeof value->text, "%" PRIu64 "%s", steps, unit->step);
    bool same = still_ends_so(shrinking);
    value->text[0] = '\0';
    return same;
}

/* Between one that ends so and one that does not: the last that does. */
static uint64_t edge(struct shrinking *shrinking, struct shrink_value *value,
                     const struct unit *unit, uint64_t same, uint64_t other)
{
    while (same > other ? same - other > 1 : other - same > 1) {
        uint64_t middle = same > other ? other + (same - other) / 2 : same + (other - same) / 2;
        if (ends_so_with(shrinking, value, unit, middle))
            same = middle;
        else
            other = middle;
    }
    return same;
}

/* Outward in steps that double, so that the nearest bound is found. */
static uint64_t bound(struct shrinking *shrinking, struct shrink_value *value,
                      const struct unit *unit, uint64_t from, bool up, bool *ret_open)
{
    uint64_t same = from;
    *ret_open = false;
    for (uint64_t step = 1;; step *= 2) {
        uint64_t room = up ? unit->most - same : same;
        uint64_t next =
            up ? same + (step < room ? step : room) : same - (step < room ? step : room);
        if (next == same) {
            *ret_open = true;
            return same;
        }
        if (!ends_so_with(shrinking, value, unit, next))
            return edge(shrinking, value, unit, same, next);
        same = next;
    }
}

/* A number that is measured, and what comes of it. */
struct measured {
    struct shrink_interval interval;
    size_t runs;
};
struct numbers {
    struct shrinking *shrinking;
    struct shrink_value *values[SHRINK_INTERVALS_MAX];
    size_t count;
};

static void measure(void *context, size_t index, void *ret_measured)
{
    struct numbers *numbers = context;
    struct shrinking *shrinking = numbers->shrinking;
    struct shrink_value *value = numbers->values[index];
    size_t runs = shrinking->result->runs;
    uint64_t steps = 0;
    const struct unit *unit = unit_of(value->now, &steps);
    struct measured measured = {.interval = {.value = steps, .unit = unit->step, .step = 1}};
    struct shrink_interval *interval = &measured.interval;
    snprintf(interval->what, sizeof interval->what, "%s", value->key);
    interval->low = bound(shrinking, value, unit, steps, false, &interval->low_open);
    interval->high = bound(shrinking, value, unit, steps, true, &interval->high_open);
    measured.runs = shrinking->result->runs - runs;
    shrinking->result->runs = runs;
    memcpy(ret_measured, &measured, sizeof measured);
}

static void measure_all(struct shrinking *shrinking)
{
    struct shrink_result *result = shrinking->result;
    struct shrink_tree *tree = &shrinking->tree;
    struct numbers numbers = {.shrinking = shrinking};
    struct measured measured[SHRINK_INTERVALS_MAX];
    uint64_t steps;
    shrink_tree_values(tree);
    for (size_t i = 0; i < tree->value_count && numbers.count < SHRINK_INTERVALS_MAX; i++) {
        const struct unit *unit = unit_of(tree->values[i].now, &steps);
        if (unit && steps <= unit->most)
            numbers.values[numbers.count++] = &tree->values[i];
    }
    forked_all(shrinking->jobs, numbers.count, sizeof measured[0], measure, &numbers, measured);
    for (size_t i = 0; i < numbers.count; i++) {
        result->intervals[result->interval_count++] = measured[i].interval;
        result->runs += measured[i].runs;
    }
}

void shrink_tell(const struct shrink_interval *interval, char *buffer, size_t capacity)
{
    char below[64] = "", above[64] = "";
    if (!interval->low_open)
        snprintf(below, sizeof below, "; %" PRIu64 "%s does not", interval->low - 1,
                 interval->unit);
    if (!interval->high_open)
        snprintf(above, sizeof above, "; %" PRIu64 "%s does not", interval->high + 1,
                 interval->unit);
    snprintf(buffer, capacity, "%s %" PRIu64 "%s: any from %" PRIu64 "%s to %" PRIu64 "%s%s%s%s",
             interval->what, interval->value, interval->unit, interval->low, interval->unit,
             interval->high, interval->unit, interval->high_open ? " (as far as was tried)" : "",
             below, above);
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void tell_ending(struct shrinking *shrinking)
{
    const struct ending *want = &shrinking->want;
    snprintf(shrinking->result->how, SHRINK_TEXT_MAX, "%s%s%s, outcome %s%s%s",
             want->verdict == BENCH_FAILED ? "fails" : "passes", want->what[0] ? " at " : "",
             want->what, want->finished ? fota_outcome_name(want->outcome) : "none",
             want->finished && want->reason ? ", reason " : "",
             want->finished && want->reason ? fota_reason_name(want->reason) : "");
}

static void put_remarks(struct shrinking *shrinking, FILE *file)
{
    char line[SHRINK_TEXT_MAX];
    struct shrink_result *result = shrinking->result;
    fprintf(file, "# the least that ends so: %s\n", result->how);
    for (size_t i = 0; i < result->interval_count; i++) {
        shrink_tell(&result->intervals[i], line, sizeof line);
        fprintf(file, "# %s\n", line);
    }
}

static bool write_result(struct shrinking *shrinking)
{
    struct shrink_result *result = shrinking->result;
    FILE *file = open_memstream(&result->text, &result->length);
    if (!file)
        return false;
    put_remarks(shrinking, file);
    shrink_tree_write(&shrinking->tree, file);
    return fclose(file) == 0;
}

static bool run_given(struct shrinking *shrinking, const char *text, size_t length,
                      size_t case_index)
{
    struct bench_result first;
    if (!run_text(shrinking, text, length, case_index, &first))
        return false;
    shrinking->want = ending_of(&first);
    return true;
}

static bool shrink(struct shrinking *shrinking, const char *text, size_t length, size_t case_index)
{
    struct shrink_result *result = shrinking->result;
    bool good = shrinking->change ? run_written(shrinking, &shrinking->want)
                                  : run_given(shrinking, text, length, case_index);
    if (!good) {
        snprintf(result->error, sizeof result->error, "it can't be run");
        return false;
    }
    tell_ending(shrinking);
    if (!is_bad(&shrinking->want)) {
        snprintf(result->error, sizeof result->error,
                 "it %.160s: it neither fails nor ends badly, so there is nothing to look for",
                 result->how);
        return false;
    }
    if (!still_ends_so(shrinking)) {
        snprintf(result->error, sizeof result->error,
                 "written anew, it does not end the same way; file this with the scenario");
        return false;
    }
    result->units_before = shrinking->tree.unit_count;
    leave_all_out(shrinking);
    result->units_after = left(&shrinking->tree);
    measure_all(shrinking);
    return write_result(shrinking);
}

bool shrink_scenario(const char *path, const char *text, size_t length, size_t case_index,
                     uint64_t seed, unsigned jobs, const struct shrink_change *change,
                     struct shrink_result *ret_result)
{
    struct shrinking *shrinking = calloc(1, sizeof *shrinking);
    bool good = false;
    *ret_result = (struct shrink_result){.runs = 0};
    if (!shrinking)
        return false;
    shrinking->path = path;
    shrinking->seed = seed;
    shrinking->jobs = jobs;
    shrinking->result = ret_result;
    shrinking->run = bench_run_new(BENCH_SINK_NONE);
    if (!shrinking->run)
        snprintf(ret_result->error, sizeof ret_result->error, "not enough memory");
    else if (!shrink_tree_read(&shrinking->tree, path, text, length))
        snprintf(ret_result->error, sizeof ret_result->error,
                 "it is no scenario; 'fotarig check' tells why");
    else {
        shrinking->tree.case_index = case_index;
        shrinking->tree.free = change != NULL;
        shrinking->change = change;
        good = shrink(shrinking, text, length, case_index);
    }
    shrink_tree_done(&shrinking->tree);
    bench_run_free(shrinking->run);
    free(shrinking);
    return good;
}

void shrink_done(struct shrink_result *result)
{
    free(result->text);
    result->text = NULL;
}
