/* history.c - one case over many runs. */
#include "harness/results/history.h"

#include <stdlib.h>
#include <string.h>

#include "harness/results/internal.h"

enum { HOUR_MS = 3600000 };
static const double sure = 0.05;

/* ---- all runs of all cases, by case and time ------------------------------------------------- */

struct sample {
    const struct results_test *test;
    uint64_t at_ms; /* when it ran */
};

static int by_case_and_time(const void *left, const void *right)
{
    const struct sample *a = left, *b = right;
    int order = strcmp(a->test->id, b->test->id);
    return order ? order : (a->at_ms > b->at_ms) - (a->at_ms < b->at_ms);
}

static int by_time(const void *left, const void *right)
{
    const struct sample *a = left, *b = right;
    return (a->at_ms > b->at_ms) - (a->at_ms < b->at_ms);
}

static bool has_run(const struct results_test *test)
{
    return test->verdict != REPORT_SKIPPED && test->verdict != REPORT_NOT_RUN;
}

/* What ran, in a list; NULL: no memory. `only_bad`: what did not pass. */
static struct sample *collect(const struct results *reports, size_t count, bool only_bad,
                              size_t *ret_count)
{
    size_t room = 1;
    for (size_t i = 0; i < count; i++)
        room += reports[i].test_count;
    struct sample *samples = calloc(room, sizeof *samples);
    *ret_count = 0;
    for (size_t i = 0; samples && i < count; i++)
        for (size_t j = 0; j < reports[i].test_count; j++) {
            const struct results_test *test = &reports[i].tests[j];
            if (!has_run(test) || results_is_unfinished(test) ||
                (only_bad && test->verdict == REPORT_PASSED))
                continue;
            samples[(*ret_count)++] = (struct sample){
                test, test->started_at_ms ? test->started_at_ms : reports[i].started_at_ms};
        }
    return samples;
}

/* ---- chances --------------------------------------------------------------------------------- */

double results_luck(uint32_t bad, uint32_t runs, uint32_t green)
{
    double good = (double)(runs - bad) + 0.5, all = (double)runs + 1, luck = 1;
    for (uint32_t i = 0; i < green; i++)
        luck *= (good + i) / (all + i);
    return luck;
}

static double still_there(const struct results_history *history, uint32_t green)
{
    double luck = results_luck(history->bad_to_last, history->runs_to_last, green);
    return luck / (1 + luck);
}

static void weigh(struct results_history *history)
{
    uint32_t green = history->green_since;
    if (!history->last_bad_ms)
        return;
    history->still_there = green ? still_there(history, green) : 1;
    while (history->runs_to_be_sure < RESULTS_RUNS_MOST &&
           still_there(history, green + history->runs_to_be_sure) >= sure)
        history->runs_to_be_sure++;
}

/* ---- slots ----------------------------------------------------------------------------------- */

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* The slot's row; the last one stands for all that find no room. */
static struct results_slot_history *slot_of(struct results_history *history, const char *slot)
{
    size_t i = 0;
    while (i < history->slot_count && !same_text(history->slots[i].slot, slot))
        i++;
    if (i == history->slot_count && i < RESULTS_SLOTS_SHOWN)
        history->slots[history->slot_count++].slot = slot;
    return &history->slots[i < RESULTS_SLOTS_SHOWN ? i : RESULTS_SLOTS_SHOWN - 1];
}

/* Counts what else did not pass within half an hour before and behind. `bad` is by time. */
static void look_around(struct results_history *history, const struct sample *sample,
                        const struct sample *bad, size_t bad_count)
{
    struct results_slot_history *slot = slot_of(history, sample->test->slot);
    size_t from = 0, to = bad_count;
    slot->bad++;
    while (from < to) { /* the first one in the hour */
        size_t middle = from + (to - from) / 2;
        if (bad[middle].at_ms + HOUR_MS / 2 < sample->at_ms)
            from = middle + 1;
        else
            to = middle;
    }
    for (size_t i = from; i < bad_count && bad[i].at_ms <= sample->at_ms + HOUR_MS / 2; i++) {
        if (strcmp(bad[i].test->id, history->id) == 0)
            continue;
        if (same_text(bad[i].test->slot, sample->test->slot))
            slot->others_here++;
        else
            slot->others_elsewhere++;
    }
}

static int by_bad(const void *left, const void *right)
{
    const struct results_slot_history *a = left, *b = right;
    return (a->bad < b->bad) - (a->bad > b->bad);
}

/* ---- a case ---------------------------------------------------------------------------------- */

/* What counts as its failure: failures, or errors of the lab where nothing else was. */
static bool counts(const struct results_history *history, const struct results_test *test)
{
    return test->verdict == (history->failed ? REPORT_FAILED : REPORT_ERROR);
}

static void make_one(struct results_history *history, const struct sample *samples, size_t count,
                     const struct sample *bad, size_t bad_count)
{
    history->id = samples[0].test->id;
    history->name = samples[0].test->name;
    for (size_t i = 0; i < count; i++) {
        const struct results_test *test = samples[i].test;
        history->runs++;
        history->failed += test->verdict == REPORT_FAILED;
        history->errors += test->verdict == REPORT_ERROR;
        history->repeated += test->verdict == REPORT_PASSED && test->attempt_count > 0;
    }
    for (size_t i = 0; i < count; i++) {
        const struct results_test *test = samples[i].test;
        if (test->verdict != REPORT_PASSED)
            look_around(history, &samples[i], bad, bad_count);
        history->green_since += test->verdict == REPORT_PASSED;
        if (!counts(history, test))
            continue;
        history->green_since = 0;
        history->bad_to_last++;
        history->runs_to_last = (uint32_t)i + 1;
        history->last_bad_ms = samples[i].at_ms ? samples[i].at_ms : 1;
        history->last_message = test->message;
    }
    qsort(history->slots, history->slot_count, sizeof history->slots[0], by_bad);
    weigh(history);
}

/* ---- all ------------------------------------------------------------------------------------- */

static int by_chance(const void *left, const void *right)
{
    const struct results_history *a = left, *b = right;
    if (!a->last_bad_ms != !b->last_bad_ms)
        return a->last_bad_ms ? -1 : 1;
    if (a->still_there > b->still_there || a->still_there < b->still_there)
        return a->still_there > b->still_there ? -1 : 1;
    return strcmp(a->id, b->id);
}

static void make_all(struct results_histories *histories, const struct sample *samples,
                     size_t count, const struct sample *bad, size_t bad_count)
{
    for (size_t i = 0, next; i < count; i = next) {
        for (next = i + 1; next < count; next++)
            if (strcmp(samples[i].test->id, samples[next].test->id) != 0)
                break;
        struct results_history *history = &histories->list[histories->count++];
        make_one(history, samples + i, next - i, bad, bad_count);
        histories->bad_count += history->last_bad_ms != 0;
    }
    if (histories->count)
        qsort(histories->list, histories->count, sizeof *histories->list, by_chance);
}

bool results_histories_make(const struct results *reports, size_t count,
                            struct results_histories *ret_histories)
{
    size_t sample_count, bad_count;
    struct sample *samples = collect(reports, count, false, &sample_count);
    struct sample *bad = collect(reports, count, true, &bad_count);
    *ret_histories = (struct results_histories){0};
    ret_histories->list = calloc(sample_count + 1, sizeof *ret_histories->list);
    bool good = samples && bad && ret_histories->list;
    if (good && sample_count)
        qsort(samples, sample_count, sizeof *samples, by_case_and_time);
    if (good && bad_count)
        qsort(bad, bad_count, sizeof *bad, by_time);
    if (good)
        make_all(ret_histories, samples, sample_count, bad, bad_count);
    for (size_t i = 0; i < count; i++) {
        const struct results *report = &reports[i];
        if (report->started_at_ms &&
            (!ret_histories->from_ms || report->started_at_ms < ret_histories->from_ms))
            ret_histories->from_ms = report->started_at_ms;
        if (report->started_at_ms > ret_histories->to_ms)
            ret_histories->to_ms = report->started_at_ms;
    }
    free(samples);
    free(bad);
    return good;
}

void results_histories_done(struct results_histories *histories)
{
    free(histories->list);
    *histories = (struct results_histories){0};
}
