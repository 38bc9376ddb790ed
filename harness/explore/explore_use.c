/* explore_use.c - explores cases in slices, and says of each what was found. */
#include "harness/explore/explore_use.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/campaign/explain.h"
#include "harness/explore/certificate.h"
#include "harness/explore/explore.h"
#include "harness/ports/loop.h"

enum { SLICES = CAMPAIGN_SLICES_MAX, FIGURES = 7, LINE_MAX_BYTES = 1024 };
/* Runs with one fault are few and meet often: what one slice knows the next one does not. */
enum { SLICES_OF_ONE = 8 };
/* Rests, and walks, that a process knows at most: with one fault, and with more. */
enum { KNOWN_MAX = 1 << 16, KNOWN_MORE_MAX = 1 << 20, WALKS_MAX = 1 << 15 };

/* ---- in a process ---------------------------------------------------------------------------- */

/* The undisturbed run is done once for all slices of a case that come to one process. */
struct own {
    struct bench_run *run;
    struct scenario_case *one; /* as the client gets it */
    const struct campaign_case *begun;
    struct explore_summary base;
    enum explore_answer answer;
    char error[BENCH_TEXT_MAX];
    struct explore_causes causes; /* of a slice */
    struct merge_table known;     /* rests of the case's undisturbed run, and of those of a slice */
    struct walk_table walks;      /* the same, with more than one fault */
    struct explore_context *context;
    const char *scenario; /* that is explored */
    bool found;           /* something that no fact excuses, already */
};

static void finish(void *context, void *own_memory)
{
    struct own *own = own_memory;
    (void)context;
    if (!own)
        return;
    bench_run_free(own->run);
    explore_causes_done(&own->causes);
    merge_table_free(&own->known);
    walk_table_free(&own->walks);
    free(own->one);
    free(own);
}

static bool start(void *context, unsigned worker, void **ret_own, char *reterr_text)
{
    struct own *own = calloc(1, sizeof *own);
    const struct explore_context *explored = context;
    if (own) {
        own->run = bench_run_new(BENCH_SINK_MEMORY);
        own->context = context;
        own->one = calloc(1, sizeof *own->one);
    }
    (void)worker;
    *ret_own = own;
    bool pairs = explored->wish.depth > 1;
    if (own && own->run && own->one &&
        merge_table_make(&own->known, pairs ? KNOWN_MORE_MAX : KNOWN_MAX) &&
        (!pairs || walk_table_make(&own->walks, WALKS_MAX))) {
        if (!explored->target)
            return true;
        if (bench_target_open(explored->target, reterr_text, CAMPAIGN_TEXT_MAX)) {
            bench_target_take_host(explored->target, own->run);
            return true;
        }
    } else {
        snprintf(reterr_text, CAMPAIGN_TEXT_MAX, "not enough memory");
    }
    finish(context, own);
    *ret_own = NULL;
    return false;
}

static void note_finding(void *context, const struct explore_finding *finding)
{
    struct own *own = context;
    explore_causes_add(&own->causes, finding);
    if (!explore_accepted_find(&own->context->accepted, own->scenario, finding))
        own->found = own->context->first_finding;
}

static bool is_excused(void *context, const struct explore_finding *finding)
{
    struct own *own = context;
    return explore_accepted_find(&own->context->accepted, own->scenario, finding) != NULL;
}

static void begin_case(struct own *own, const struct explore_wish *wish,
                       const struct campaign_case *planned)
{
    const struct explore_context *context = own->context;
    if (own->begun == planned)
        return;
    struct bench_plan plan = {.runs = true};
    *own->one = *planned->one;
    if (context->target) {
        bench_target_plan(context->target, planned->one, NULL, &plan);
        bench_target_prepare(context->target, planned->one, own->one);
    }
    own->begun = planned;
    merge_table_empty(&own->known);
    if (own->walks.capacity)
        walk_table_empty(&own->walks);
    if (!plan.runs) {
        own->base = (struct explore_summary){.extent = {.choices = 0}};
        own->answer = EXPLORE_FAILED;
        snprintf(own->error, sizeof own->error, "it can't be played to this client: %.200s",
                 plan.reason);
        return;
    }
    own->answer = explore_begin(own->run, own->one, planned->token.seed, wish, &own->base);
    snprintf(own->error, sizeof own->error, "%s", own->run->error);
    own->begun = own->answer == EXPLORE_STOPPED ? NULL : planned;
}

/* Choices of the first fault, by number, that a slice is about. */
static uint64_t begin_of(const struct explore_wish *wish, unsigned slice, uint64_t choices)
{
    unsigned slices = wish->depth > 1 || wish->parts ? SLICES : SLICES_OF_ONE;
    return slice < slices ? choices * slice / slices : choices;
}

static bool work(void *context_memory, void *own_memory, const struct campaign_case *planned,
                 unsigned slice, struct campaign_bytes *ret_bytes)
{
    struct own *own = own_memory;
    struct explore_wish wish = own->context->wish;
    (void)context_memory;
    wish.enough = &own->found;
    wish.known = own->context->apart ? NULL : &own->known;
    wish.is_excused = is_excused;
    wish.excuser = own;
    wish.walks = own->context->apart || !own->walks.capacity ? NULL : &own->walks;
    own->scenario = planned->scenario->name;
    begin_case(own, &wish, planned);
    struct explore_summary summary = own->base;
    uint64_t choices = summary.extent.choices;
    own->causes.count = 0;
    own->run->error[0] = '\0';
    uint64_t first = begin_of(&wish, slice, choices), end = begin_of(&wish, slice + 1, choices);
    bool is_taken = (!wish.parts || slice % wish.parts == wish.part - 1u) && first < end;
    if (own->answer == EXPLORE_DONE && !own->found && is_taken &&
        !explore_some(own->run, own->one, planned->token.seed, &wish, first, end, note_finding, own,
                      &summary))
        return false;
    campaign_put_number(ret_bytes, own->answer);
    campaign_put_text(ret_bytes, own->answer == EXPLORE_DONE ? own->run->error : own->error);
    campaign_put(ret_bytes, &summary, sizeof summary);
    campaign_put_number(ret_bytes, own->causes.count);
    campaign_put(ret_bytes, own->causes.list, own->causes.count * sizeof own->causes.list[0]);
    return !ret_bytes->failed && !own->causes.failed;
}

/* ---- the sum of the slices ------------------------------------------------------------------- */

/* What a case has come to, with all that its report points to. */
struct explore_told {
    struct explore_summary summary;
    enum explore_answer answer;
    char error[BENCH_TEXT_MAX];
    uint64_t wall_us;
    struct explore_causes causes;
    struct explore_causes excused; /* that a fact excuses */
    const struct explore_accepted_entry *facts[EXPLORE_ACCEPTED_MAX * EXPLORE_FAULT_COUNT];
    char (*lines)[LINE_MAX_BYTES]; /* two of each finding */
    const char **details;
    char message[LINE_MAX_BYTES], repeat[LINE_MAX_BYTES];
    char step_names[EXPLORE_FAULT_COUNT][96];
    struct report_step steps[EXPLORE_FAULT_COUNT];
    struct report_figure figures[FIGURES];
};

static void forget(struct explore_told *told)
{
    if (!told)
        return;
    explore_causes_done(&told->causes);
    explore_causes_done(&told->excused);
    free(told->lines);
    free(told->details);
    free(told);
}

void explore_context_done(struct explore_context *context)
{
    forget(context->told);
    context->told = NULL;
}

static void add_counts(struct explore_counts *to, const struct explore_counts *from)
{
    to->runs += from->runs;
    to->untried += from->untried;
    to->excused += from->excused;
    to->findings += from->findings;
    to->accepted += from->accepted;
    to->errors += from->errors;
    for (unsigned i = 0; i < FOTA_OUTCOME_COUNT; i++)
        to->outcomes[i] += from->outcomes[i];
}

/* Slices come in order, so that of each cause the first choice is kept. */
static bool take_findings(struct explore_told *told, struct campaign_reader *reader)
{
    size_t count = (size_t)campaign_take_number(reader);
    for (size_t i = 0; i < count && !reader->failed; i++) {
        struct explore_finding finding;
        if (campaign_take(reader, &finding, sizeof finding))
            explore_causes_add(&told->causes, &finding);
    }
    return !reader->failed && !told->causes.failed;
}

/* A base that could not be explored is said by each slice in the same way. */
static bool take_slice(struct explore_told *told, const struct campaign_bytes *bytes)
{
    struct campaign_reader reader = campaign_read(bytes);
    struct explore_summary summary;
    enum explore_answer answer = (enum explore_answer)campaign_take_number(&reader);
    const char *error = campaign_take_text(&reader);
    if (!campaign_take(&reader, &summary, sizeof summary))
        return false;
    if (answer != EXPLORE_STOPPED) {
        told->summary.extent = summary.extent;
        told->summary.base = summary.base;
    }
    told->summary.figures.runs += summary.figures.runs;
    told->summary.figures.executed_steps += summary.figures.executed_steps;
    told->summary.figures.whole_steps += summary.figures.whole_steps;
    told->summary.figures.worlds += summary.figures.worlds;
    told->summary.figures.lookups += summary.figures.lookups;
    told->summary.figures.digest += summary.figures.digest;
    for (unsigned i = 0; i < EXPLORE_FAULT_COUNT; i++)
        add_counts(&told->summary.faults[i], &summary.faults[i]);
    if (answer != EXPLORE_DONE)
        told->answer = answer;
    if (error && error[0])
        snprintf(told->error, sizeof told->error, "%s", error);
    return take_findings(told, &reader);
}

static struct explore_told *sum_up(const struct campaign_answers *answers)
{
    struct explore_told *told = calloc(1, sizeof *told);
    bool good = told != NULL;
    if (good)
        told->answer = EXPLORE_DONE;
    for (unsigned i = 0; good && i < answers->slice_count; i++)
        good = answers->slices[i].size == 0 || take_slice(told, &answers->slices[i]);
    if (good && told->answer == EXPLORE_DONE)
        told->answer = explore_conclude(&told->summary, !answers->complete);
    if (good)
        return told;
    forget(told);
    return NULL;
}

/* ---- on the console -------------------------------------------------------------------------- */

static void tell_fault(const struct explore_summary *summary, unsigned fault, FILE *out)
{
    const struct explore_counts *counts = &summary->faults[fault];
    fprintf(out, "  %-16s %6" PRIu32 " %9" PRIu32 " %8" PRIu32 "  ", explore_fault_name(fault),
            counts->runs, counts->findings, counts->excused);
    for (unsigned outcome = 0; outcome < FOTA_OUTCOME_COUNT; outcome++)
        if (counts->outcomes[outcome])
            fprintf(out, " %s %" PRIu32, fota_outcome_name(outcome), counts->outcomes[outcome]);
    if (counts->untried)
        fprintf(out, "; not tried %" PRIu32 ": its moment did not come", counts->untried);
    if (counts->errors)
        fprintf(out, "; %" PRIu32 " could not be judged", counts->errors);
    fprintf(out, "\n");
}

/* Where all choices of the first fault were tried, their count is that of the runs with one. */
static void tell_extent(const struct explore_told *told, unsigned depth, FILE *out)
{
    const struct branch_figures *figures = &told->summary.figures;
    uint64_t choices = told->summary.extent.choices;
    if (depth > 1)
        fprintf(out, "  explored %" PRIu64 " runs with up to %u faults, of %" PRIu64 " first ones",
                figures->runs, depth, choices);
    else
        fprintf(out, "  explored %" PRIu64 " of %" PRIu64, figures->runs, choices);
    fprintf(out, "; %" PRIu64 " steps of %" PRIu64 " that runs from the start take (%.1f %%)%s\n",
            figures->executed_steps, figures->whole_steps,
            figures->whole_steps
                ? 100.0 * (double)figures->executed_steps / (double)figures->whole_steps
                : 0.0,
            told->answer == EXPLORE_STOPPED ? "; stopped by a signal, the rest was not tried" : "");
}

/* Two digests of 64 bits stand for each; a chance that small is that of no machine. */
static void tell_worlds(const struct branch_figures *figures, FILE *out)
{
    if (figures->worlds)
        fprintf(out,
                "  merged   %" PRIu64 " worlds are known, asked for %" PRIu64
                " times; that two were taken for one has a chance of %.1e\n",
                figures->worlds, figures->lookups,
                (double)figures->worlds * (double)figures->lookups / 3.4028236692093846e38);
}

static void tell_points(const struct explore_told *told, FILE *out)
{
    fprintf(out, "  points   ");
    for (unsigned point = 0; point < BENCH_POINT_COUNT; point++)
        fprintf(out, "%s%" PRIu32 " %s", point ? ", " : "",
                told->summary.extent.points.count[point], bench_point_name(point));
    fprintf(out, "\n");
}

static void tell_summary(const struct explore_told *told, unsigned depth, FILE *out)
{
    const struct explore_summary *summary = &told->summary;
    fprintf(out, "  %-16s %6s %9s %8s   outcomes\n", "fault", "runs", "findings", "excused");
    for (unsigned fault = 0; fault < EXPLORE_FAULT_COUNT; fault++)
        if (summary->faults[fault].runs || summary->faults[fault].errors)
            tell_fault(summary, fault, out);
    tell_points(told, out);
    tell_extent(told, depth, out);
    tell_worlds(&summary->figures, out);
}

static const char *error_of(const struct explore_told *told)
{
    return told->answer == EXPLORE_NOTHING
               ? "nothing was tried: there is no point in this case at which to do it"
           : told->error[0] ? told->error
                            : "not every run could be judged";
}

/* Those that were taken over, which have no text of their own. */
static uint64_t count_known(const struct explore_summary *summary)
{
    uint64_t count = 0;
    for (unsigned fault = 0; fault < EXPLORE_FAULT_COUNT; fault++)
        count += summary->faults[fault].accepted;
    return count;
}

static void tell(const struct explore_told *told, const struct campaign_case *planned,
                 unsigned depth, FILE *out)
{
    fprintf(out, "%s\n", planned->one->name);
    for (size_t i = 0; i < told->causes.count; i++) {
        const struct explore_finding *finding = &told->causes.list[i];
        fprintf(out, "  finding  %-22s %s: %s: want %s; got %s (%" PRIu32 " %s)\n", finding->choice,
                explore_oracle_name(explore_oracle_of(&finding->first)), finding->first.what,
                finding->first.want, finding->first.got, finding->count,
                finding->count == 1 ? "run" : "runs");
        fprintf(out, "           %s\n", told->lines[2 * i + 1]);
    }
    for (size_t i = 0; i < told->excused.count; i++)
        fprintf(out, "  accepted %-22s %s (%" PRIu32 " runs): %s\n", told->excused.list[i].choice,
                told->excused.list[i].first.what, told->excused.list[i].count,
                told->facts[i]->fact);
    if (count_known(&told->summary))
        fprintf(out, "  accepted the same, in runs that are known (%" PRIu64 " runs)\n",
                count_known(&told->summary));
    if (told->answer == EXPLORE_DONE || told->summary.figures.runs)
        tell_summary(told, depth, out);
    if (told->answer == EXPLORE_FAILED)
        fprintf(out, "  failed   %s\n           repeat: %.900s\n", told->error, told->repeat);
    if (told->answer == EXPLORE_ERROR || told->answer == EXPLORE_NOTHING)
        fprintf(out, "  error    %s: %s\n", planned->scenario->path, error_of(told));
}

/* ---- in the reports -------------------------------------------------------------------------- */

/* The command that repeats a run, with the client that ran. */
static void repeat_command(const struct explore_context *context,
                           const struct campaign_case *planned, const struct campaign_token *token,
                           char command[LINE_MAX_BYTES])
{
    campaign_repeat_command(planned->scenario, token, command, LINE_MAX_BYTES);
    size_t length = strlen(command);
    for (size_t i = 0; context->client[i] && length + 2 < LINE_MAX_BYTES; i++) {
        command[length++] = ' ';
        length = campaign_shell_word(command, LINE_MAX_BYTES, length, context->client[i]);
    }
}

static bool list_findings(const struct explore_context *context, struct explore_told *told,
                          const struct campaign_case *planned)
{
    char command[LINE_MAX_BYTES];
    struct campaign_token token = planned->token;
    if (told->answer != EXPLORE_DONE) /* that of the undisturbed run, if there is no finding */
        repeat_command(context, planned, &planned->token, told->repeat);
    told->lines = calloc(2 * told->causes.count + 1, sizeof *told->lines);
    told->details = calloc(2 * told->causes.count + 1, sizeof *told->details);
    if (!told->lines || !told->details)
        return false;
    for (size_t i = 0; i < told->causes.count; i++) {
        const struct explore_finding *finding = &told->causes.list[i];
        snprintf(token.choice, sizeof token.choice, "%s", finding->choice);
        repeat_command(context, planned, &token, command);
        snprintf(told->lines[2 * i], LINE_MAX_BYTES, "%s: %s: %s: want %s; got %s", finding->choice,
                 explore_oracle_name(explore_oracle_of(&finding->first)), finding->first.what,
                 finding->first.want, finding->first.got);
        snprintf(told->lines[2 * i + 1], LINE_MAX_BYTES, "repeat: %.900s", command);
        told->details[2 * i] = told->lines[2 * i];
        told->details[2 * i + 1] = told->lines[2 * i + 1];
        if (i == 0)
            memcpy(told->repeat, command, sizeof command);
    }
    return true;
}

static void list_figures(struct explore_told *told, struct report_case *reported)
{
    struct explore_counts all = {0};
    for (unsigned i = 0; i < EXPLORE_FAULT_COUNT; i++) {
        const struct explore_counts *counts = &told->summary.faults[i];
        snprintf(told->step_names[i], sizeof told->step_names[i],
                 "%s: %" PRIu32 " runs, %" PRIu32 " findings, %" PRIu32 " excused",
                 explore_fault_name(i), counts->runs, counts->findings, counts->excused);
        told->steps[i] = (struct report_step){.name = told->step_names[i],
                                              .status = counts->findings ? REPORT_FAILED
                                                        : counts->errors ? REPORT_ERROR
                                                                         : REPORT_PASSED};
        add_counts(&all, counts);
    }
    const struct report_figure figures[FIGURES] = {
        {"choices", told->summary.extent.choices},
        {"runs", all.runs},
        {"findings", all.findings},
        {"excused", all.excused},
        {"untried", all.untried},
        {"steps", told->summary.figures.executed_steps},
        {"steps from the start", told->summary.figures.whole_steps}};
    memcpy(told->figures, figures, sizeof figures);
    reported->steps = told->steps;
    reported->step_count = EXPLORE_FAULT_COUNT;
    reported->figures = told->figures;
    reported->figure_count = FIGURES;
}

static void report_findings(struct explore_told *told, struct report_case *reported)
{
    const struct scenario_finding *first = &told->causes.list[0].first;
    snprintf(told->message, sizeof told->message, "%zu findings; %s", told->causes.count,
             told->lines[0]);
    reported->verdict = REPORT_FAILED;
    reported->kind = explain_kind(first);
    reported->expected = report_bytes_of(first->want);
    reported->received = report_bytes_of(first->got);
    reported->details = told->details;
    reported->detail_count = 2 * told->causes.count;
}

static void report(struct explore_told *told, const struct campaign_case *planned,
                   struct report_case *reported)
{
    static const uint8_t verdicts[] = {[EXPLORE_DONE] = REPORT_PASSED,
                                       [EXPLORE_FAILED] = REPORT_FAILED,
                                       [EXPLORE_ERROR] = REPORT_ERROR,
                                       [EXPLORE_NOTHING] = REPORT_ERROR,
                                       [EXPLORE_STOPPED] = REPORT_NOT_RUN};
    *reported = explain_identity(planned->scenario, planned->one);
    reported->verdict = (enum report_verdict)verdicts[told->answer];
    list_figures(told, reported);
    if (told->causes.count) {
        report_findings(told, reported);
    } else if (reported->verdict != REPORT_PASSED) {
        snprintf(told->message, sizeof told->message, "%s", error_of(told));
        reported->kind =
            told->answer == EXPLORE_FAILED ? REPORT_KIND_EXPECTATION : REPORT_KIND_BENCH;
    }
    reported->message = told->message;
    reported->repeat = told->repeat[0] ? told->repeat : NULL;
}

/* What a fact excuses is no finding. */
static void accept(struct explore_context *context, const struct campaign_case *planned)
{
    struct explore_told *told = context->told;
    const struct explore_wish *wish = &context->wish;
    size_t kept = 0;
    for (size_t i = 0; i < told->causes.count; i++) {
        const struct explore_finding *finding = &told->causes.list[i];
        const struct explore_accepted_entry *entry =
            told->excused.count < sizeof told->facts / sizeof told->facts[0]
                ? explore_accepted_find(&context->accepted, planned->scenario->name, finding)
                : NULL;
        if (entry) {
            explore_causes_add(&told->excused, finding);
            told->facts[told->excused.count - 1] = entry;
        } else {
            told->causes.list[kept++] = *finding;
        }
    }
    told->causes.count = kept;
    if (told->answer == EXPLORE_DONE && !wish->points && !wish->faults)
        explore_accepted_asked(&context->accepted, planned->scenario->name,
                               wish->depth ? wish->depth : 1);
}

static uint64_t count_runs(const struct explore_causes *causes)
{
    uint64_t count = 0;
    for (size_t i = 0; i < causes->count; i++)
        count += causes->list[i].count;
    return count;
}

static void certify(struct explore_context *context, const struct campaign_case *planned)
{
    const struct explore_told *told = context->told;
    if (context->certificates && told->answer == EXPLORE_DONE &&
        !explore_certify(context->certificates, planned, &context->wish, &told->summary,
                         count_runs(&told->causes),
                         count_runs(&told->excused) + count_known(&told->summary)))
        snprintf(context->error, sizeof context->error, "no certificate could be written in %.200s",
                 context->certificates);
}

static bool conclude(void *context_memory, const struct campaign_answers *answers, FILE *out,
                     struct report_case *ret_reported)
{
    struct explore_context *context = context_memory;
    explore_context_done(context);
    context->told = sum_up(answers);
    if (!context->told)
        return false;
    accept(context, answers->planned);
    certify(context, answers->planned);
    if (!list_findings(context, context->told, answers->planned))
        return false;
    tell(context->told, answers->planned, context->wish.depth ? context->wish.depth : 1, out);
    report(context->told, answers->planned, ret_reported);
    return true;
}

const struct campaign_use explore_use = {
    .slices = SLICES, .start = start, .finish = finish, .work = work, .conclude = conclude};
