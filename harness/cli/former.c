/* former.c - two runs of a case as rows: the exchanges of both, by meaning, around where they part.
 */
#include "harness/cli/former.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/campaign/kept_journal.h"
#include "harness/trace/diff.h"
#include "harness/trace/journal_trace.h"

enum { POLLS_MIN = 4, BEFORE_MAX = 4, BEHIND_MAX = 20, ROWS_MAX = BEFORE_MAX + BEHIND_MAX };

/* A run with all that is made of it. */
struct side {
    struct trace_log log;
    struct dialogue dialogue;
    struct outline outline;
};

struct cli_former {
    const char *folder;
    struct side sides[2]; /* the former, this one */
    struct report_beside rows[ROWS_MAX];
    size_t count; /* of them */
    char texts[ROWS_MAX][2][OUTLINE_TEXT_MAX];
    char from[CAMPAIGN_PATH_MAX + 160];
};

static void clear(struct side *side)
{
    outline_done(&side->outline);
    dialogue_done(&side->dialogue);
    trace_log_done(&side->log);
    *side = (struct side){0};
}

struct cli_former *cli_former_new(const char *folder)
{
    struct cli_former *former = calloc(1, sizeof *former);
    if (former)
        former->folder = folder;
    return former;
}

void cli_former_free(struct cli_former *former)
{
    if (!former)
        return;
    clear(&former->sides[0]);
    clear(&former->sides[1]);
    free(former);
}

/* ---- the former run ----------------------------------------------------------------------------
 */

/* The bytes of a trace, and how its run ended; false: no whole trace. */
static bool read_trace(struct trace_reader *reader, struct trace_log *log, bool *ret_passed)
{
    struct trace_event event;
    enum trace_result result;
    *ret_passed = false;
    while ((result = trace_next(reader, &event)) == TRACE_EVENT) {
        if (event.kind == TRACE_TO_MODULE || event.kind == TRACE_TO_HOST)
            trace_log_add(log, event.kind, event.time_us, event.marks, event.bytes, event.length);
        else if (event.kind == TRACE_NOTE && strcmp(event.event, "verdict") == 0)
            *ret_passed = strcmp(event.detail, bench_verdict_name(BENCH_PASSED)) == 0;
    }
    return result == TRACE_END && !reader->cut && !log->failed;
}

/* Why there is no former pass to show; NULL: it is in `log`. */
static const char *load(const char *path, struct trace_log *log)
{
    struct trace_reader reader;
    bool passed = false, whole = false;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return errno == ENOENT ? "the former run did not have this case" : strerror(errno);
    if (trace_open(&reader, descriptor)) {
        whole = read_trace(&reader, log, &passed);
        trace_close(&reader);
    }
    close(descriptor);
    return !whole ? "it is no whole trace" : passed ? NULL : "the former run did not pass either";
}

/* ---- rows --------------------------------------------------------------------------------------
 */

static const char *fill(const struct outline *outline, uint32_t index, uint64_t *ret_us,
                        char text[OUTLINE_TEXT_MAX])
{
    const struct outline_item *item = &outline->items[index];
    *ret_us = item->at_us;
    outline_text(outline, item, text);
    size_t used = strlen(text);
    if (item->repeats > 1)
        snprintf(text + used, OUTLINE_TEXT_MAX - used, " (%u times)", item->repeats);
    return text;
}

/*
 * Do both runs have it, and as often? Of what is polled for long the number depends on times alone:
 * it does not count.
 */
static bool is_same(const struct diff *diff, const struct diff_row *row)
{
    if (row->verdict != DIFF_AGREE)
        return false;
    uint32_t first = diff->first->items[row->first].repeats;
    uint32_t second = diff->second->items[row->second].repeats;
    return first == second || (first >= POLLS_MIN && second >= POLLS_MIN);
}

/* Rows of one run alone stand side by side, until both have the same again. */
static void add_rows(struct cli_former *former, const struct diff *diff, size_t begin)
{
    size_t next[2] = {0, 0}; /* free rows of each */
    for (size_t i = begin; i < diff->count; i++) {
        const struct diff_row *row = &diff->rows[i];
        bool same = is_same(diff, row);
        if (same || (row->first != DIFF_NONE && row->second != DIFF_NONE))
            next[0] = next[1] = next[0] > next[1] ? next[0] : next[1];
        size_t first = next[0], second = next[1];
        if (row->first != DIFF_NONE && next[0]++ < ROWS_MAX)
            former->rows[first].former = fill(
                diff->first, row->first, &former->rows[first].former_us, former->texts[first][0]);
        if (row->second != DIFF_NONE && next[1]++ < ROWS_MAX)
            former->rows[second].now = fill(diff->second, row->second, &former->rows[second].now_us,
                                            former->texts[second][1]);
        if (same && first < ROWS_MAX)
            former->rows[first].same = true;
    }
    former->count = next[0] > next[1] ? next[0] : next[1];
    former->count = former->count < ROWS_MAX ? former->count : ROWS_MAX;
}

/* The rows from a little before the first in which they are not the same. */
static void compare(struct cli_former *former, const struct diff *diff,
                    struct report_case *reported)
{
    size_t part = 0;
    while (part < diff->count && is_same(diff, &diff->rows[part]))
        part++;
    size_t begin = part > BEFORE_MAX ? part - BEFORE_MAX : 0;
    memset(former->rows, 0, sizeof former->rows);
    add_rows(former, diff, begin);
    reported->besides = former->rows;
    reported->beside_count = former->count;
    reported->besides_left_out = begin;
}

static bool make(struct side *side)
{
    return !side->log.failed && dialogue_make(&side->dialogue, &side->log) &&
           outline_make(&side->outline, &side->dialogue, false);
}

void cli_former_compare(void *former_memory, const struct campaign_case *planned,
                        const struct bench_run *run, struct report_case *reported)
{
    struct cli_former *former = former_memory;
    char path[CAMPAIGN_PATH_MAX];
    struct diff diff;
    clear(&former->sides[0]);
    clear(&former->sides[1]);
    campaign_case_path(former->folder, planned->scenario, planned->one->name, ".jsonl", path);
    const char *missing = load(path, &former->sides[0].log);
    snprintf(former->from, sizeof former->from, "%s%s%.120s", path, missing ? ": " : "",
             missing ? missing : "");
    reported->former = former->from;
    if (missing)
        return;
    trace_log_of_journal(&former->sides[1].log, &run->journal);
    if (!make(&former->sides[0]) || !make(&former->sides[1]) ||
        !diff_make(&diff, &former->sides[0].outline, &former->sides[1].outline))
        return;
    compare(former, &diff, reported);
    diff_done(&diff);
}
