/* drive.c - runs what was planned, here or in many processes, and tells it in the plan's order. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "harness/campaign/internal.h"
#include "harness/campaign/live.h"
#include "harness/campaign/pool.h"
#include "harness/ports/loop.h"

enum {
    CASES_AHEAD = 512,       /* of the one that is told next: what is kept until then */
    PROGRESS_US = 100000,    /* between two looks of a person */
    SNAPSHOT_US = 10000000,  /* between two states of the reports, or ... */
    SNAPSHOT_SHARE = 50,     /* ... as many times longer than writing one takes */
    AWAIT_SIGNAL_US = 200000 /* who stopped a process may stop this one, too */
};

/* What came of a case until now. */
struct outcome {
    unsigned answered;
    bool stopped;
    bool left_over;             /* no process will do it */
    enum campaign_ended broken; /* DIED or TIMED_OUT, or WORKED */
    int status;                 /* of a process that died */
    uint64_t wall_us, started_at_ms;
    struct campaign_bytes slices[];
};

struct drive {
    struct campaign *campaign;
    const struct campaign_use *use;
    void *context, *own;
    struct campaign_pool *pool; /* NULL = here */
    FILE *out;                  /* what the use tells */
    struct outcome **outcomes;  /* of each case that has one */
    size_t told;                /* so many cases */
    size_t asked, asked_before; /* tasks that were given out, and before the last round */
    size_t next;                /* the task to be given next: case * slices + slice */
    bool failed_fast;           /* at the case that was told last */
    bool *given;                /* where processes differ: of each case */
    uint64_t shown_us;          /* when a person was shown something last */
};

/* Nothing more is begun; the time of the whole is looked at on the way. */
static bool stops(const struct drive *drive)
{
    struct campaign *campaign = drive->campaign;
    uint64_t limit_us = campaign->options.run_timeout_us;
    if (limit_us && !campaign->stopped[0] && bench_clock_us() - campaign->began_us >= limit_us) {
        campaign->timed_out = true;
        snprintf(campaign->stopped, sizeof campaign->stopped, "stopped by --run-timeout");
    }
    return bench_signal() || campaign->error[0] || campaign->stopped[0];
}

/* ---- where the work is done ------------------------------------------------------------------ */

static bool start_here(void *context, unsigned worker, struct campaign_bytes *reterr_text)
{
    struct drive *drive = context;
    char text[CAMPAIGN_TEXT_MAX] = "";
    if (drive->use->start(drive->context, worker, &drive->own, text))
        return true;
    campaign_put_text(reterr_text, text);
    return false;
}

static void finish_here(void *context)
{
    const struct drive *drive = context;
    drive->use->finish(drive->context, drive->own);
}

/* Behind the use's bytes stands how long it took, and since when. */
static bool work_here(void *context, size_t task, struct campaign_bytes *ret_bytes)
{
    const struct drive *drive = context;
    const struct campaign_use *use = drive->use;
    uint64_t started_us = bench_clock_us(), started_at_ms = campaign_wall_clock_ms();
    size_t index = task / use->slices;
    struct campaign_case
        later; /* of a round of a soak that was planned since this process was made */
    const struct campaign_case *planned = &later;
    if (index < drive->campaign->case_count)
        planned = &drive->campaign->cases[index];
    else
        later = campaign_case_of(drive->campaign, index);
    bool good =
        use->work(drive->context, drive->own, planned, (unsigned)(task % use->slices), ret_bytes);
    if (!good) {
        ret_bytes->size = 0;
        campaign_put_text(ret_bytes, "not enough memory");
        return false;
    }
    campaign_put_number(ret_bytes, bench_clock_us() - started_us);
    campaign_put_number(ret_bytes, started_at_ms);
    return true;
}

/* ---- answers --------------------------------------------------------------------------------- */

static struct outcome *outcome_of(struct drive *drive, size_t index)
{
    size_t slices = drive->use->slices;
    if (!drive->outcomes[index])
        drive->outcomes[index] =
            calloc(1, sizeof(struct outcome) + slices * sizeof(struct campaign_bytes));
    if (!drive->outcomes[index])
        campaign_fail(drive->campaign, CAMPAIGN_EXIT_INTERNAL, "not enough memory");
    return drive->outcomes[index];
}

/* Takes off what work_here() has put behind the use's bytes. */
static void take_times(struct outcome *outcome, struct campaign_bytes *bytes)
{
    uint64_t times[2];
    if (bytes->size < sizeof times)
        return;
    bytes->size -= sizeof times;
    memcpy(times, bytes->data + bytes->size, sizeof times);
    outcome->wall_us += times[0];
    if (!outcome->started_at_ms || times[1] < outcome->started_at_ms)
        outcome->started_at_ms = times[1];
}

static void answer(void *context, unsigned worker, size_t task, enum campaign_ended how, int status,
                   struct campaign_bytes *bytes)
{
    struct drive *drive = context;
    struct outcome *outcome = outcome_of(drive, task / drive->use->slices);
    if (how == CAMPAIGN_UNABLE) {
        struct campaign_reader reader = campaign_read(bytes);
        const char *text = campaign_take_text(&reader);
        campaign_fail(drive->campaign, CAMPAIGN_EXIT_ENVIRONMENT, "%s",
                      text ? text : "not enough memory");
        return;
    }
    if (!outcome)
        return;
    outcome->answered++;
    if (drive->use->answered)
        drive->use->answered(drive->context, worker, &drive->campaign->cases[task], bytes);
    outcome->stopped |= how == CAMPAIGN_STOPPED;
    if (how == CAMPAIGN_DIED || how == CAMPAIGN_TIMED_OUT) {
        outcome->broken = how;
        outcome->status = status;
        return;
    }
    take_times(outcome, bytes);
    outcome->slices[task % drive->use->slices] = *bytes;
    *bytes = (struct campaign_bytes){0};
}

static void forget(struct drive *drive, size_t index)
{
    struct outcome *outcome = drive->outcomes[index];
    for (unsigned i = 0; outcome && i < drive->use->slices; i++)
        campaign_bytes_done(&outcome->slices[i]);
    free(outcome);
    drive->outcomes[index] = NULL;
}

/* ---- telling --------------------------------------------------------------------------------- */

static void say_broken(const struct drive *drive, const struct outcome *outcome,
                       char text[CAMPAIGN_TEXT_MAX])
{
    int status = outcome->status;
    (void)drive;
    if (outcome->stopped)
        snprintf(text, CAMPAIGN_TEXT_MAX, "the process that ran it was stopped by a signal");
    else if (outcome->broken == CAMPAIGN_TIMED_OUT)
        snprintf(text, CAMPAIGN_TEXT_MAX, "it took longer than a case may: nothing was judged");
    else if (WIFSIGNALED(status))
        snprintf(text, CAMPAIGN_TEXT_MAX, "the process that ran it was ended by signal %d",
                 WTERMSIG(status));
    else
        snprintf(text, CAMPAIGN_TEXT_MAX, "the process that ran it ended with status %d",
                 WEXITSTATUS(status));
}

/* A case of which the use knows nothing: what the file or the process lacked is the lab's. */
static void tell_trouble(const struct campaign_case *planned, const char *message,
                         struct report_case *reported, char repeat[CAMPAIGN_TEXT_MAX])
{
    *reported = campaign_identity(planned);
    reported->verdict = REPORT_ERROR;
    reported->kind = planned->one ? REPORT_KIND_BENCH : REPORT_KIND_INVALID;
    reported->message = message;
    if (!planned->one)
        return;
    campaign_repeat_command(planned->scenario, &planned->token, repeat, CAMPAIGN_TEXT_MAX);
    reported->repeat = repeat;
}

/* The case stands in the reports, and on the console if somebody looks and nobody else says it. */
static bool put_down(struct drive *drive, const struct campaign_case *planned,
                     const struct report_case *reported, bool told)
{
    struct campaign *campaign = drive->campaign;
    if (reported->verdict == REPORT_NOT_RUN)
        return true;
    if (campaign->options.out && !told)
        report_console_case(&campaign->console, reported);
    return report_finish_case(campaign->report, planned->index, reported) == 0;
}

/* What other processes have done meanwhile is left out: it would depend on their number. */
static void stop_at_failure(struct drive *drive, const struct campaign_case *planned,
                            enum report_verdict verdict)
{
    struct campaign *campaign = drive->campaign;
    bool fast =
        campaign->options.fail_fast && (verdict == REPORT_FAILED || verdict == REPORT_ERROR);
    bool soaked = campaign->options.until_fail && verdict == REPORT_FAILED;
    if (drive->failed_fast || (!fast && !soaked))
        return;
    drive->failed_fast = true;
    snprintf(campaign->stopped, sizeof campaign->stopped, "stopped by --%s at %.300s",
             fast ? "fail-fast" : "until-fail", campaign_case_id(campaign, planned));
}

static bool conclude(struct drive *drive, const struct campaign_case *planned,
                     const struct outcome *outcome)
{
    const struct campaign_use *use = drive->use;
    struct report_case reported = {0};
    struct campaign_answers answers = {.planned = planned,
                                       .slices = outcome->slices,
                                       .slice_count = use->slices,
                                       .complete =
                                           outcome->answered == use->slices && !outcome->stopped};
    report_console_wipe(&drive->campaign->console);
    if (!use->conclude(drive->context, &answers, drive->out, &reported))
        return false;
    reported.wall_us = outcome->wall_us;
    reported.started_at_ms = outcome->started_at_ms;
    bool good = put_down(drive, planned, &reported, drive->campaign->options.untold);
    stop_at_failure(drive, planned, reported.verdict);
    if (use->tell)
        use->tell(drive->context, &answers, drive->out);
    return good;
}

static bool tell(struct drive *drive, size_t index)
{
    const struct campaign_case *planned = &drive->campaign->cases[index];
    const struct outcome *outcome = drive->outcomes[index];
    char text[CAMPAIGN_TEXT_MAX], repeat[CAMPAIGN_TEXT_MAX];
    struct report_case reported;
    bool good;
    if (!planned->one) {
        tell_trouble(planned, planned->invalid->message, &reported, repeat);
        stop_at_failure(drive, planned, REPORT_ERROR);
        return put_down(drive, planned, &reported, false);
    }
    if (outcome->left_over) {
        enum report_verdict verdict = drive->use->left_over(drive->context, planned, text);
        tell_trouble(planned, text, &reported, repeat);
        reported.verdict = verdict;
        reported.kind = REPORT_KIND_NONE;
        good = put_down(drive, planned, &reported, false);
    } else if (outcome->broken || (outcome->stopped && !stops(drive))) {
        say_broken(drive, outcome, text);
        tell_trouble(planned, text, &reported, repeat);
        stop_at_failure(drive, planned, REPORT_ERROR);
        good = put_down(drive, planned, &reported, false);
    } else {
        good = conclude(drive, planned, outcome);
    }
    forget(drive, index);
    return good;
}

static bool is_over(const struct drive *drive, size_t index)
{
    const struct outcome *outcome = drive->outcomes[index];
    return !drive->campaign->cases[index].one ||
           (outcome && outcome->answered == drive->use->slices);
}

static void no_memory(struct drive *drive)
{
    campaign_fail(drive->campaign, CAMPAIGN_EXIT_INTERNAL, "not enough memory for the report");
}

/* All cases that are over and that nothing is missing before. */
static void tell_some(struct drive *drive)
{
    while (drive->told < drive->campaign->case_count && is_over(drive, drive->told) &&
           !drive->campaign->error[0] && !drive->failed_fast) {
        const struct outcome *outcome = drive->outcomes[drive->told];
        if (outcome && outcome->stopped && !stops(drive))
            return; /* see await_signal() */
        if (!tell(drive, drive->told++))
            no_memory(drive);
    }
}

/* After a signal: what was done at all, in the same order. */
static void tell_rest(struct drive *drive)
{
    for (; drive->told < drive->campaign->case_count && !drive->campaign->error[0] &&
           !drive->failed_fast;
         drive->told++)
        if (drive->outcomes[drive->told] && !tell(drive, drive->told))
            no_memory(drive);
}

/* What a kill would leave behind is never much older than what was told. */
static void write_sometimes(struct drive *drive)
{
    struct campaign *campaign = drive->campaign;
    uint64_t pause_us = campaign->writing_us * SNAPSHOT_SHARE;
    pause_us = pause_us > SNAPSHOT_US ? pause_us : SNAPSHOT_US;
    if (campaign->options.reports && bench_clock_us() - campaign->written_us >= pause_us)
        campaign_snapshot(campaign);
}

static void show_progress(struct drive *drive, size_t running)
{
    struct campaign *campaign = drive->campaign;
    uint64_t now_us = bench_clock_us();
    if (!campaign->console.progress || now_us - drive->shown_us < PROGRESS_US)
        return;
    drive->shown_us = now_us;
    if (drive->use->live) {
        campaign_show_live(campaign, drive->use, drive->context, drive->told);
        return;
    }
    const struct report_case identity = campaign_identity(&campaign->cases[running]);
    report_console_progress(&campaign->console, drive->told, campaign->case_count,
                            now_us - campaign->began_us, identity.name);
}

/* ---- driving --------------------------------------------------------------------------------- */

/* Everything in this process, one after the other. */
static void drive_here(struct drive *drive)
{
    struct campaign *campaign = drive->campaign;
    struct campaign_bytes bytes = {0};
    if (!start_here(drive, 0, &bytes)) {
        answer(drive, 0, 0, CAMPAIGN_UNABLE, 0, &bytes);
        campaign_bytes_done(&bytes);
        return;
    }
    for (; drive->next < campaign->case_count * drive->use->slices && !stops(drive);
         drive->next++) {
        size_t index = drive->next / drive->use->slices;
        bool good = true;
        show_progress(drive, index);
        bytes.size = 0;
        if (campaign->cases[index].one)
            good = work_here(drive, drive->next, &bytes);
        if (campaign->cases[index].one)
            answer(drive, 0, drive->next,
                   !good            ? CAMPAIGN_UNABLE
                   : bench_signal() ? CAMPAIGN_STOPPED
                                    : CAMPAIGN_WORKED,
                   0, &bytes);
        tell_some(drive);
        write_sometimes(drive);
    }
    finish_here(drive);
    campaign_bytes_done(&bytes);
}

/* The first case that a process may do now, case_count = none. */
static size_t find_for(const struct drive *drive, unsigned worker)
{
    const struct campaign *campaign = drive->campaign;
    for (size_t i = drive->told; i < campaign->case_count; i++)
        if (campaign->cases[i].one && !drive->given[i] &&
            drive->use->fits(drive->context, worker, &campaign->cases[i]))
            return i;
    return campaign->case_count;
}

/* Where processes differ: each gets what it may do; what none may is over when all have rested. */
static void give_fitting(struct drive *drive)
{
    const struct campaign *campaign = drive->campaign;
    for (unsigned worker = 0; worker < campaign_jobs(campaign); worker++) {
        size_t index = campaign->case_count;
        if (campaign_pool_is_free(drive->pool, worker))
            index = find_for(drive, worker);
        if (index == campaign->case_count)
            continue;
        drive->given[index] = true;
        if (drive->use->given)
            drive->use->given(drive->context, worker, &campaign->cases[index]);
        drive->asked++;
        campaign_pool_give_to(drive->pool, worker, index);
    }
    for (size_t i = drive->told; i < campaign->case_count && !campaign_pool_pending(drive->pool);
         i++) {
        struct outcome *outcome = NULL;
        if (campaign->cases[i].one && !drive->given[i])
            outcome = outcome_of(drive, i);
        if (outcome)
            *outcome = (struct outcome){.answered = 1, .left_over = true};
    }
}

/* Gives out what there is room for. */
static void give_some(struct drive *drive)
{
    const struct campaign *campaign = drive->campaign;
    size_t count = campaign->case_count * drive->use->slices;
    size_t ahead = (drive->told + CASES_AHEAD) * drive->use->slices;
    for (; drive->next < count && drive->next < ahead && campaign_pool_has_room(drive->pool);
         drive->next++)
        if (campaign->cases[drive->next / drive->use->slices].one)
            campaign_pool_give(drive->pool, drive->next);
    drive->asked = drive->next;
}

/* A process was stopped by a signal: if it came to all of them, this one gets it now. */
static void await_signal(struct drive *drive)
{
    size_t index = drive->told;
    uint64_t until_us = bench_clock_us() + AWAIT_SIGNAL_US;
    if (index >= drive->campaign->case_count || !drive->outcomes[index] ||
        !drive->outcomes[index]->stopped || !is_over(drive, index))
        return;
    while (!bench_signal() && bench_clock_us() < until_us &&
           campaign_pool_wait(drive->pool, until_us))
        continue;
    if (!bench_signal() && !tell(drive, drive->told++))
        no_memory(drive);
}

static bool is_done(const struct drive *drive)
{
    return drive->told == drive->campaign->case_count;
}

/* A second from now, or when the time is over. */
static uint64_t next_look(const struct drive *drive)
{
    const struct campaign *campaign = drive->campaign;
    uint64_t next_us = bench_clock_us() + 1000000u;
    uint64_t end_us = campaign->began_us + campaign->options.run_timeout_us;
    return campaign->options.run_timeout_us && end_us < next_us ? end_us : next_us;
}

/* What no process will ever do is over before anything is given out. */
static void leave_hopeless(struct drive *drive, size_t first)
{
    const struct campaign *campaign = drive->campaign;
    for (size_t i = first; i < campaign->case_count && drive->use->fits; i++) {
        bool hopeless =
            campaign->cases[i].one && drive->use->is_hopeless(drive->context, &campaign->cases[i]);
        struct outcome *outcome = hopeless ? outcome_of(drive, i) : NULL;
        if (!outcome)
            continue;
        *outcome = (struct outcome){.answered = 1, .left_over = true};
        drive->given[i] = true;
    }
}

/* Has a soak time for another round? One in which no process had anything to do was the last. */
static bool wants_round(const struct drive *drive)
{
    const struct campaign *campaign = drive->campaign;
    const struct campaign_options *options = &campaign->options;
    bool lasts = options->until_fail ||
                 (options->soak_us && bench_clock_us() - campaign->began_us < options->soak_us);
    return lasts && drive->asked > drive->asked_before && !stops(drive);
}

/* Plans another round when nothing is left to be given out. */
static void go_round(struct drive *drive)
{
    struct campaign *campaign = drive->campaign;
    size_t before = campaign->case_count, left = 0;
    for (size_t i = drive->told; i < before && drive->use->fits && !left; i++)
        left += campaign->cases[i].one && !drive->given[i] && !drive->outcomes[i];
    if (left || (!drive->use->fits && drive->next < before * drive->use->slices) ||
        !wants_round(drive) || !campaign_plan_round(campaign))
        return;
    drive->asked_before = drive->asked;
    struct outcome **outcomes =
        realloc(drive->outcomes, (campaign->case_count + 1) * sizeof(struct outcome *));
    drive->outcomes = outcomes ? outcomes : drive->outcomes;
    bool *given = realloc(drive->given, (campaign->case_count + 1) * sizeof *given);
    drive->given = given ? given : drive->given;
    if (!outcomes || !given) {
        campaign->case_count = before;
        campaign_fail(campaign, CAMPAIGN_EXIT_INTERNAL, "not enough memory");
        return;
    }
    memset(outcomes + before, 0, (campaign->case_count + 1 - before) * sizeof(struct outcome *));
    memset(given + before, 0, (campaign->case_count + 1 - before) * sizeof *given);
    leave_hopeless(drive, before);
}

static void drive_pool(struct drive *drive)
{
    struct campaign *campaign = drive->campaign;
    leave_hopeless(drive, 0);
    tell_some(drive);
    while (!is_done(drive) && !stops(drive)) {
        if (drive->use->fits)
            give_fitting(drive);
        else
            give_some(drive);
        tell_some(drive);
        go_round(drive);
        if (is_done(drive))
            break;
        if (!campaign_pool_wait(drive->pool, next_look(drive)))
            campaign_fail(campaign, CAMPAIGN_EXIT_ENVIRONMENT, "no process can be made: %s",
                          strerror(errno));
        tell_some(drive);
        await_signal(drive);
        tell_some(drive);
        write_sometimes(drive);
        if (drive->use->look)
            drive->use->look(drive->context);
        if (!is_done(drive))
            show_progress(drive, drive->told);
    }
    if (!is_done(drive) && !campaign->error[0])
        campaign_pool_stop(drive->pool);
}

/* Processes are made where several have something to do. */
static unsigned job_count(const struct drive *drive)
{
    size_t tasks = drive->campaign->case_count * drive->use->slices;
    unsigned jobs = campaign_jobs(drive->campaign);
    if (drive->use->fits || drive->campaign->options.soak_us || drive->campaign->options.until_fail)
        return jobs;
    return tasks < jobs ? (unsigned)tasks : jobs;
}

static void drive_all(struct drive *drive)
{
    const struct campaign_options *options = &drive->campaign->options;
    const struct campaign_pool_options pool = {.jobs = job_count(drive),
                                               .real_time = options->real_time,
                                               .timeout_us = options->timeout_us,
                                               .context = drive,
                                               .start = start_here,
                                               .work = work_here,
                                               .end = finish_here,
                                               .answer = answer};
    /* Only another process can be stopped in the middle of something. */
    bool soaks = options->soak_us || options->until_fail;
    if (pool.jobs <= 1 && !drive->use->fits && !options->timeout_us && !options->run_timeout_us &&
        !soaks) {
        drive_here(drive);
        return;
    }
    drive->pool = campaign_pool_new(&pool);
    if (drive->pool)
        drive_pool(drive);
    else
        campaign_fail(drive->campaign, CAMPAIGN_EXIT_ENVIRONMENT, "no process can be made: %s",
                      strerror(errno));
    campaign_pool_free(drive->pool);
}

bool campaign_run(struct campaign *campaign, const struct campaign_use *use, void *context)
{
    struct drive drive = {.campaign = campaign, .use = use, .context = context};
    campaign->ran = true;
    drive.outcomes = calloc(campaign->case_count + 1, sizeof(struct outcome *));
    drive.out = campaign->options.out ? campaign->options.out : fopen("/dev/null", "w");
    drive.given = calloc(campaign->case_count + 1, sizeof *drive.given);
    if (!drive.outcomes || !drive.out || !drive.given)
        campaign_fail(campaign, CAMPAIGN_EXIT_INTERNAL, "not enough memory");
    else if (campaign->case_count && campaign_snapshot(campaign))
        drive_all(&drive);
    if (drive.outcomes && drive.out)
        tell_rest(&drive);
    report_console_wipe(&campaign->console);
    for (size_t i = 0; drive.outcomes && i < campaign->case_count; i++)
        forget(&drive, i);
    if (drive.out && drive.out != campaign->options.out)
        fclose(drive.out);
    free(drive.outcomes);
    free(drive.given);
    return !campaign->error[0];
}
