/* target.c - runs a case on the emulator or behind a port, and says what can't be run there. */
#include "harness/bench/target.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SPEED_WATCH_MS = 400,       /* real time over which a far end's clock is watched */
    BOOTS_WITHIN_US = 60000000, /* of a module whose supply came back, at its own clock */
    SUPPLY_LEAST_MV = 3500      /* when the job names none: FOTA100 asks for a good supply */
};
/* A clock that is watched for a second or two is exact to the time of an exchange. */
static const double speed_tolerance = 1.4;

/* ---- life ---------------------------------------------------------------------------------- */

/* Somebody else's client, which has its own manner. */
bool bench_target_is_external(const struct bench_target_options *options)
{
    return options->program || options->outside || (options->library && !options->library_is_core);
}

static uint32_t abilities_of(const struct bench_target_options *options)
{
    uint32_t lines = SCENARIO_NEED_MODEM_LINES;
    if (options->outside && options->outside_kind == BENCH_OUTSIDE_PORT)
        return SCENARIO_CAN_ATTEND;
    if (bench_target_is_external(options))
        return SCENARIO_CAN_START;
    if (!options->url)
        return SCENARIO_CAN_ALL;
    /* Ptys, sockets and pipes have no modem lines. */
    if (strncmp(options->url, "tty:", 4) != 0 && strncmp(options->url, "rfc2217:", 8) != 0)
        lines = 0;
    uint32_t abilities = SCENARIO_CAN_REACH | SCENARIO_NEED_ASK_MODULE | lines;
    if (options->far_end == BENCH_FAR_END_SCENARIO)
        abilities |= SCENARIO_NEED_MODULE_SETUP | SCENARIO_NEED_SERVER | SCENARIO_NEED_PACKAGE;
    return abilities | options->fixture_abilities;
}

bool bench_target_init(struct bench_target *target, const struct bench_target_options *options)
{
    *target = (struct bench_target){.options = *options, .abilities = abilities_of(options)};
    target->overridden = calloc(1, sizeof *target->overridden);
    if (options->url)
        target->asker = bench_run_new(BENCH_SINK_MEMORY);
    return target->overridden && (!options->url || target->asker);
}

static bool open_outside(struct bench_target *target, char *reterr_text, size_t reterr_capacity)
{
    const struct bench_outside_options options = {.kind = target->options.outside_kind,
                                                  .what = target->options.outside,
                                                  .port_name = target->options.port_name,
                                                  .waiting = target->options.waiting,
                                                  .claims = target->options.claims,
                                                  .speed = target->options.speed};
    return bench_outside_host_open(&target->outside, &target->loop, &options, reterr_text,
                                   reterr_capacity);
}

bool bench_target_open(struct bench_target *target, char *reterr_text, size_t reterr_capacity)
{
    if (target->options.program)
        return bench_program_host_open(&target->host, target->options.program,
                                       target->options.port_name, &target->options.claims,
                                       reterr_text, reterr_capacity);
    if (target->options.library)
        return bench_library_host_open(&target->library, target->options.library, reterr_text,
                                       reterr_capacity);
    if (!target->options.url && !target->options.outside)
        return true;
    if (bench_loop_open(&target->loop) != 0) {
        snprintf(reterr_text, reterr_capacity, "the event loop could not be opened");
        return false;
    }
    if (target->options.outside)
        return open_outside(target, reterr_text, reterr_capacity);
    return bench_module_port_open(&target->end, &target->loop, target->options.url, 115200,
                                  reterr_text, reterr_capacity);
}

void bench_target_done(struct bench_target *target)
{
    bool has_loop = target->end.port || target->outside.loop;
    if (target->end.port)
        bench_module_port_close(&target->end);
    bench_outside_host_close(&target->outside);
    if (has_loop)
        bench_loop_close(&target->loop);
    bench_program_host_close(&target->host);
    bench_library_host_close(&target->library);
    bench_run_free(target->asker);
    free(target->overridden);
    *target = (struct bench_target){0};
}

/* ---- what can run -------------------------------------------------------------------------- */

static const struct scenario_expectation *expected(const struct scenario_case *one, unsigned kind)
{
    for (unsigned i = 0; i < one->expectation_count; i++)
        if (one->expectations[i].kind == kind)
            return &one->expectations[i];
    return NULL;
}

/* Outcomes after which no update was started. */
static bool is_destructive(const struct scenario_case *one)
{
    const struct scenario_expectation *outcome = expected(one, SCENARIO_EXPECT_OUTCOME);
    unsigned number = outcome ? outcome->number : FOTA_OUTCOME_COUNT;
    return number != FOTA_OUTCOME_REFUSED && number != FOTA_OUTCOME_ALREADY_CURRENT &&
           number != FOTA_OUTCOME_DOWNLOAD_FAILED && number != FOTA_OUTCOME_CANCELLED;
}

/* The revision that is expected to run at the end. */
static const char *leaves(const struct scenario_case *one)
{
    const struct scenario_expectation *revision = expected(one, SCENARIO_EXPECT_REVISION);
    const struct scenario_expectation *outcome = expected(one, SCENARIO_EXPECT_OUTCOME);
    if (revision)
        return revision->text;
    return outcome && outcome->number == FOTA_OUTCOME_UPDATED
               ? scenario_job(one, scenario_job_count(one) - 1)->to_revision
               : NULL;
}

/* The case without the events that the far end plays; ends of durations stay. */
static void leave_events_out(struct scenario_case *one)
{
    unsigned events = scenario_event_count(one);
    memmove(one->events, one->events + events,
            (size_t)(one->event_count - events) * sizeof one->events[0]);
    one->event_count = (uint8_t)(one->event_count - events);
    one->action_count = 0;
    one->lasting_count = 0;
}

/* The case without the ends of durations, which are about the core's own manner. */
static void leave_manner_out(struct scenario_case *one)
{
    one->event_count = (uint8_t)scenario_event_count(one);
    one->mark_count = 0;
}

/* Why the far end's own `sim --scenario` would not play the case; true: it would. */
static bool far_end_plays(const struct scenario_case *one, char *reason)
{
    struct scenario_lack lack;
    struct scenario_case events = *one;
    events.expectation_count = 0;
    if (scenario_fits(&events, SCENARIO_CAN_SERVE, &lack) == SCENARIO_FITS)
        return true;
    snprintf(reason, BENCH_REASON_MAX, "%s; the far end plays the events, and has no such client",
             lack.text);
    return false;
}

static bool needs_fit(const struct bench_target *target, const struct scenario_case *one,
                      char *reason)
{
    struct scenario_lack lack;
    struct scenario_case here = *one;
    if (target->options.url && target->options.far_end == BENCH_FAR_END_SCENARIO) {
        if (!far_end_plays(one, reason))
            return false;
        leave_events_out(&here);
    }
    if (bench_target_is_external(&target->options))
        leave_manner_out(&here);
    enum scenario_fit fit = scenario_fits(&here, target->abilities, &lack);
    /* What can't be judged of a program is left out (judge.h); the day is the same. */
    if (fit == SCENARIO_FITS ||
        (bench_target_is_external(&target->options) && fit == SCENARIO_CANNOT_JUDGE))
        return true;
    snprintf(reason, BENCH_REASON_MAX, "%s", lack.text);
    return false;
}

/* A real module fetches from a real server, and takes real packages only. */
static bool package_fits(const struct bench_target *target, const struct scenario_case *one,
                         char *reason)
{
    const struct scenario_override *override = target->options.override;
    bool real = target->options.url && target->options.far_end == BENCH_FAR_END_MODULE;
    if (!real || !is_destructive(one))
        return true;
    if (one->job.delivery == FOTA_DELIVERY_PUSH) {
        snprintf(reason, BENCH_REASON_MAX,
                 "a real module takes real packages only, and the one that is pushed here is made "
                 "for the emulator; use --delivery http and --package-url");
        return false;
    }
    if (override && override->url)
        return true;
    snprintf(reason, BENCH_REASON_MAX,
             "'%s' is the scenario's own server, which a real module does not reach; name a real "
             "package with --package-url",
             one->job.url ? one->job.url : one->job.ftp_server);
    return false;
}

static bool is_among(const char *name, const char *const *names)
{
    while (names && *names && strcmp(*names, name) != 0)
        names++;
    return names && *names;
}

/* What stands around the emulator is what the file says of it. */
static bool fixtures_fit(const struct bench_target *target, const struct scenario_case *one,
                         char *reason)
{
    for (const char *const *wanted = one->fixtures; target->options.url && wanted && *wanted;
         wanted++)
        if (!is_among(*wanted, target->options.fixture_names)) {
            snprintf(reason, BENCH_REASON_MAX,
                     "it needs the fixture '%.40s', which is not said to stand around this module",
                     *wanted);
            return false;
        }
    return true;
}

static bool revision_fits(const struct scenario_case *one, const char *at_revision, char *reason)
{
    const char *wanted = one->module.revision;
    if (!at_revision || strcmp(at_revision, wanted) == 0)
        return true;
    snprintf(reason, BENCH_REASON_MAX,
             "the scenario begins at %.64s, and the module runs %.64s then; see --from and --to",
             wanted, at_revision);
    return false;
}

/* The case as the options have it, which lives until the next one; NULL with a reason. */
static struct scenario_case *overridden(struct bench_target *target,
                                        const struct scenario_case *one, char *reason)
{
    static const struct scenario_override none = {.delivery = FOTA_DELIVERY_COUNT};
    const struct scenario_override *override = target->options.override;
    if (!scenario_override_case(override ? override : &none, one, target->overridden, reason,
                                BENCH_REASON_MAX))
        return NULL;
    return &target->overridden->one;
}

void bench_target_plan(struct bench_target *target, const struct scenario_case *one,
                       const char *at_revision, struct bench_plan *ret_plan)
{
    *ret_plan = (struct bench_plan){.runs = false};
    one = overridden(target, one, ret_plan->reason);
    if (!one)
        return;
    bool real = target->options.url && target->options.far_end == BENCH_FAR_END_MODULE;
    ret_plan->destructive = is_destructive(one);
    if (!needs_fit(target, one, ret_plan->reason) || !fixtures_fit(target, one, ret_plan->reason) ||
        !package_fits(target, one, ret_plan->reason) ||
        !revision_fits(one, at_revision, ret_plan->reason))
        return;
    if (real && ret_plan->destructive && !target->options.allow_update) {
        snprintf(ret_plan->reason, sizeof ret_plan->reason,
                 "it starts an update, which may ruin the module; --allow-update lets it");
        return;
    }
    ret_plan->runs = true;
    ret_plan->leaves = leaves(one);
}

/* ---- asking the module --------------------------------------------------------------------- */

static const char *answer(const struct bench_survey *survey, enum sim_question kind)
{
    const struct bench_question *question = bench_survey_find(survey, kind, NULL);
    return question && question->known == SCENARIO_YES ? question->answer : NULL;
}

static bool ask_once(struct bench_target *target, struct bench_survey *survey,
                     const struct scenario_case *one, const struct bench_options *options,
                     char *error)
{
    struct bench_run *asker = target->asker;
    struct scenario_case quiet = *one;
    struct bench_options patient = *options;
    struct bench_result result;
    quiet.event_count = quiet.action_count = quiet.expectation_count = 0;
    asker->host = &bench_host_survey;
    asker->host_context = survey;
    asker->module = &bench_module_port;
    asker->module_context = &target->end;
    patient.patient = true;
    if (bench_run_begin(asker, &quiet, &patient))
        bench_run_real(asker);
    survey->answers = survey->answers && !asker->error[0];
    bench_run_judge(asker, &result);
    if (survey->answers)
        return true;
    if (asker->error[0])
        memcpy(error, asker->error, BENCH_TEXT_MAX);
    else
        snprintf(error, BENCH_TEXT_MAX,
                 "no module answers at %.100s at %" PRIu32 " bit/s; is it on, is it this port and "
                 "this rate?",
                 target->end.url, one->host.baud_bps);
    return false;
}

/*
 * A port that goes away takes an answer with it, and the next one looks like that of the question
 * before: what was asked over it is asked again.
 */
enum { ASKED_MOST = 4 };

bool bench_target_ask(struct bench_target *target, struct bench_survey *survey,
                      const struct scenario_case *one, const struct bench_options *options,
                      char *error)
{
    for (unsigned i = 0; i < ASKED_MOST; i++) {
        bool answers = ask_once(target, survey, one, options, error);
        if (!bench_module_port_lost(&target->end, error, BENCH_TEXT_MAX))
            return answers;
        if (options->stoppable && bench_signal())
            break;
    }
    return false;
}

/* "SIMCOM_SIM7000E" is a SIM7000E, "SIMCOM_SIM7000C-N" is no SIM7000C. */
static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), wanted = strlen(end);
    return length >= wanted && strcmp(text + length - wanted, end) == 0;
}

/* At a rate that the module finds out itself a boot prints no line that events could wait for. */
static bool boots_show(const struct bench_target *target, const struct scenario_case *one,
                       char *reason)
{
    struct scenario_lack lack;
    const struct bench_question *rate =
        bench_survey_find(&target->before, SIM_QUESTION_PARAMETER, sim_rate_command);
    bool found_out = rate->known == SCENARIO_YES && strcmp(rate->answer, "0") == 0;
    if (!found_out || scenario_fits(one, target->abilities & ~(uint32_t)SCENARIO_NEED_BOOT_LINE,
                                    &lack) != SCENARIO_CANNOT_DO)
        return true;
    snprintf(reason, BENCH_REASON_MAX, "%.150s, and this module's is 0 (%s)", lack.text,
             sim_rate_command);
    return false;
}

/* What is looked at before: false = the result says why the case does not run. */
static bool look_once(struct bench_target *target, const struct scenario_case *one,
                      const struct bench_options *options, struct bench_result *result)
{
    static const enum sim_question kinds[] = {SIM_QUESTION_MODEL,  SIM_QUESTION_REVISION,
                                              SIM_QUESTION_IMEI,   SIM_QUESTION_SUPPLY,
                                              SIM_QUESTION_STATUS, SIM_QUESTION_BEARER};
    struct bench_survey *before = &target->before;
    const char *text;
    *before = (struct bench_survey){.question_count = 0};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        bench_survey_add(before, kinds[i], NULL);
    bench_survey_add(before, SIM_QUESTION_PARAMETER, sim_rate_command);
    result->verdict = BENCH_ERROR;
    if (!bench_target_ask(target, before, one, options, result->error))
        return false;
    uint32_t least_mv = one->job.supply_min_mv ? one->job.supply_min_mv : SUPPLY_LEAST_MV;
    text = answer(before, SIM_QUESTION_SUPPLY);
    if (text && strtoul(text, NULL, 10) < least_mv) {
        snprintf(result->error, sizeof result->error,
                 "the module's supply is at %s mV, and an update wants %" PRIu32 " mV at least",
                 text, least_mv);
        return false;
    }
    text = answer(before, SIM_QUESTION_STATUS);
    if (text && text[0] >= '1' && text[0] <= '5') {
        snprintf(result->error, sizeof result->error,
                 "the module's update status is %s: an update goes on, and must not be disturbed",
                 text);
        return false;
    }
    result->verdict = BENCH_SKIPPED;
    text = answer(before, SIM_QUESTION_MODEL);
    if (text && !ends_with(text, one->module.variant)) {
        snprintf(result->error, sizeof result->error,
                 "the scenario is for a %s, and the module says that it is a %s; see --variant",
                 one->module.variant, text);
        return false;
    }
    return revision_fits(one, answer(before, SIM_QUESTION_REVISION), result->error) &&
           boots_show(target, one, result->error);
}

/* One damaged answer must not keep a case from its module. */
static bool look_twice(struct bench_target *target, const struct scenario_case *one,
                       const struct bench_options *options, struct bench_result *result)
{
    return look_once(target, one, options, result) ||
           (target->before.answers && look_once(target, one, options, result));
}

/*
 * An app network that is still up is what somebody before has left: the case's story begins
 * without, so the module is restarted. No update goes on, or look_once() had said so.
 */
static bool look_before(struct bench_target *target, const struct scenario_case *one,
                        const struct bench_options *options, struct bench_result *result)
{
    struct bench_survey restart = {.restarts = true};
    if (!look_twice(target, one, options, result))
        return false;
    const char *up = answer(&target->before, SIM_QUESTION_BEARER);
    if (!up || up[0] != '1')
        return true;
    /* Once only: a port of USB goes with the module, and asking anew would restart it anew. */
    (void)ask_once(target, &restart, one, options, result->error);
    result->error[0] = '\0';
    return look_twice(target, one, options, result);
}

/* What the case expects of the module at the end, and its clock. */
static void list_after(struct bench_target *target, const struct scenario_case *one)
{
    struct bench_survey *after = &target->after;
    *after = (struct bench_survey){.question_count = 0};
    bench_survey_add(after, SIM_QUESTION_REVISION, NULL);
    bench_survey_add(after, SIM_QUESTION_IMEI, NULL);
    bench_survey_add(after, SIM_QUESTION_BEARER, NULL);
    for (unsigned i = 0; i < one->expectation_count; i++) {
        const struct scenario_expectation *expectation = &one->expectations[i];
        if (expectation->kind != SCENARIO_EXPECT_MODULE)
            continue;
        if (expectation->detail == SCENARIO_MODULE_END_PARAMETERS)
            bench_survey_add(after, SIM_QUESTION_PARAMETER, expectation->text);
        else if (expectation->detail == SCENARIO_MODULE_END_FILES ||
                 expectation->detail == SCENARIO_MODULE_END_NO_FILES)
            bench_survey_add(after, SIM_QUESTION_FILE, expectation->text);
    }
    if (target->options.far_end != BENCH_FAR_END_MODULE)
        after->clock_s = 2 + (uint32_t)(target->options.speed * SPEED_WATCH_MS / 1000);
}

/* A far end of another speed makes every verdict wrong. */
static bool speed_is_right(const struct bench_target *target, char *error)
{
    const struct bench_survey *after = &target->after;
    if (!after->clock_s)
        return true;
    if (!after->clock_passed_us) {
        snprintf(error, BENCH_TEXT_MAX,
                 "the speed of the far end could not be checked: its clock can't be read");
        return false;
    }
    double ratio = (double)after->clock_s * 1e6 / (double)after->clock_passed_us;
    if (ratio < speed_tolerance && ratio > 1 / speed_tolerance)
        return true;
    snprintf(error, BENCH_TEXT_MAX,
             "the far end runs at speed %.3g, and --speed says %.3g; both must be the same",
             target->options.speed * ratio, target->options.speed);
    return false;
}

/* ---- a run --------------------------------------------------------------------------------- */

/* A failure that the lab explains is not the client's or the module's. */
static void excuse(const struct bench_target *target, const struct bench_run *run,
                   const struct bench_module_port *story, struct bench_result *result)
{
    (void)target;
    bool judged = result->verdict == BENCH_FAILED || result->verdict == BENCH_PASSED;
    if (judged && bench_module_port_uncut(story, result->error, sizeof result->error))
        result->verdict = BENCH_ERROR;
    if (result->verdict != BENCH_FAILED)
        return;
    if (bench_module_port_lost(story, result->error, sizeof result->error)) {
        result->verdict = BENCH_ERROR;
        return;
    }
    for (unsigned kind = 0; kind < FOTA_REQUEST_COUNT; kind++) {
        if (!(run->lacked >> kind & 1))
            continue;
        result->verdict = BENCH_SKIPPED;
        snprintf(result->error, sizeof result->error,
                 "the client asked for a %s, and nothing here can do it; the run went on without "
                 "and ended otherwise",
                 fota_request_name(kind));
    }
}

/* Whether it is one that the case knows; another one may be what a damaged line made of it. */
static bool is_known(const struct scenario_case *one, const char *revision)
{
    if (strcmp(one->module.revision, revision) == 0)
        return true;
    for (unsigned i = 0; i < scenario_job_count(one); i++)
        if (strcmp(scenario_job(one, i)->from_revision, revision) == 0 ||
            strcmp(scenario_job(one, i)->to_revision, revision) == 0)
            return true;
    return false;
}

/* Without its revision nobody can be judged, and one damaged answer must not judge: it is asked for
 * twice, if need be. */
static bool ask_after(struct bench_target *target, const struct scenario_case *one,
                      const struct bench_options *options, char *error)
{
    const char *revision = NULL;
    for (unsigned i = 0; i < 2; i++) {
        list_after(target, one);
        if (!bench_target_ask(target, &target->after, one, options, error))
            return false;
        revision = answer(&target->after, SIM_QUESTION_REVISION);
        if (revision && is_known(one, revision))
            return true;
    }
    if (revision)
        return true;
    snprintf(error, BENCH_TEXT_MAX, "the module answers, but does not say which revision it runs");
    return false;
}

/* A run may end with its supply off: it is given back, and the module has its time to boot. */
static bool ask_when_up(struct bench_target *target, const struct scenario_case *one,
                        const struct bench_options *options, char *error)
{
    bool was_off = target->end.is_cut || target->end.is_switching;
    double patience_us = BOOTS_WITHIN_US / target->options.speed;
    if (!bench_module_port_power_back(&target->end, error, BENCH_TEXT_MAX))
        return false;
    uint64_t began_us = bench_clock_us();
    for (;;) {
        if (ask_after(target, one, options, error))
            return true;
        bool waits = was_off && (double)(bench_clock_us() - began_us) < patience_us;
        if (!waits || (options->stoppable && bench_signal()))
            return false;
        error[0] = '\0';
    }
}

/* The run is over: the module is asked, the speed is checked, then it is judged. */
static void conclude(struct bench_target *target, struct bench_run *run,
                     const struct scenario_case *one, const struct bench_options *options,
                     struct bench_result *result)
{
    if (target->end.run)
        bench_module_port_settle(&target->end);
    const struct bench_module_port story = target->end;
    char error[BENCH_TEXT_MAX] = "";
    bool stopped = options->stoppable && bench_signal();
    bool answers = false;
    if (!run->error[0] && story.received_bytes == 0)
        snprintf(run->error, sizeof run->error,
                 "no byte came from %.100s in this run; no module is there, or it is off",
                 story.url);
    if (!run->error[0] && !stopped) {
        answers = ask_when_up(target, one, options, error);
        target->end.survey = answers ? &target->after : NULL;
        /* A real module that is silent at the end is what the client has left. */
        bool is_silent = target->options.far_end == BENCH_FAR_END_MODULE && !target->after.answers;
        if (answers ? !speed_is_right(target, error) : !is_silent)
            memcpy(run->error, error, sizeof run->error);
    } else if (!stopped) {
        (void)bench_module_port_power_back(&target->end, error, sizeof error);
    }
    bench_run_judge(run, result);
    excuse(target, run, &story, result);
    target->end.survey = NULL;
}

static void run_on_port(struct bench_target *target, struct bench_run *run,
                        struct scenario_case *one, const struct bench_options *given,
                        struct bench_result *ret_result)
{
    struct bench_options options = *given;
    run->host = &bench_host_core;
    run->module = &bench_module_port;
    run->module_context = &target->end;
    options.loop = &target->loop;
    options.unpaced = true; /* the port's own line takes the time */
    target->end.survey = NULL;
    target->end.fixtures = target->options.fixtures;
    target->end.allows_update =
        target->options.far_end != BENCH_FAR_END_MODULE || target->options.allow_update;
    target->end.is_as_written = target->options.far_end == BENCH_FAR_END_SCENARIO;
    if (target->end.is_as_written)
        leave_events_out(one);
    else if (!look_before(target, one, &options, ret_result))
        return;
    target->end.survey = target->before.question_count ? &target->before : NULL;
    if (bench_run_begin(run, one, &options))
        bench_run_real(run);
    conclude(target, run, one, &options, ret_result);
}

/* Another module in virtual time, which brings by itself what the case's events would do. */
static void run_on_end(const struct bench_target *target, struct bench_run *run,
                       const struct scenario_case *given, const struct bench_options *options,
                       struct bench_result *ret_result)
{
    struct scenario_case *one = malloc(sizeof *one);
    if (!one)
        return;
    *one = *given;
    leave_events_out(one);
    run->module = target->options.end;
    run->module_context = target->options.end_context;
    if (bench_run_begin(run, one, options))
        bench_run_all(run, ret_result);
    else
        bench_run_judge(run, ret_result);
    run->one = given;
    free(one);
}

static void run_here(const struct bench_target *target, struct bench_run *run,
                     const struct scenario_case *one, const struct bench_options *options,
                     struct bench_result *ret_result)
{
    if (target->options.end)
        run_on_end(target, run, one, options, ret_result);
    else if (bench_run_begin(run, one, options))
        bench_run_all(run, ret_result);
    else
        bench_run_judge(run, ret_result);
}

/* The host of a trace in place of the core. */
static void run_with_host(const struct bench_target *target, struct bench_run *run,
                          const struct scenario_case *one, const char *path,
                          const struct bench_options *options, struct bench_result *ret_result)
{
    ret_result->verdict = BENCH_ERROR;
    if (!target->options.play_host) {
        snprintf(ret_result->error, sizeof ret_result->error, "nothing here plays a host");
        return;
    }
    if (!target->options.play_host(run, path, ret_result->error, sizeof ret_result->error))
        return;
    run_here(target, run, one, options, ret_result);
    target->options.stop_host(run);
}

void bench_target_take_host(struct bench_target *target, struct bench_run *run)
{
    if (target->options.program) {
        run->host = &bench_host_program;
        run->host_context = &target->host;
    } else if (target->options.library) {
        run->host = &bench_host_library;
        run->host_context = &target->library;
    } else if (target->options.outside) {
        run->host = &bench_host_outside;
        run->host_context = &target->outside;
    }
}

void bench_target_prepare(const struct bench_target *target, const struct scenario_case *one,
                          struct scenario_case *ret_case)
{
    if (ret_case != one)
        *ret_case = *one;
    if (bench_target_is_external(&target->options))
        leave_manner_out(ret_case);
}

void bench_target_run(struct bench_target *target, struct bench_run *run,
                      const struct scenario_case *one, const struct bench_options *options,
                      struct bench_result *ret_result)
{
    struct bench_plan plan;
    struct bench_options judged = *options;
    judged.conduct = target->options.conduct;
    judged.conduct_left_out = target->options.conduct_left_out;
    options = &judged;
    *ret_result = (struct bench_result){.verdict = BENCH_SKIPPED};
    bench_target_plan(target, one, NULL, &plan);
    run->one = one;
    bench_journal_clear(&run->journal); /* nothing has happened yet in this case */
    if (!plan.runs) {
        memcpy(ret_result->error, plan.reason, sizeof ret_result->error);
        return;
    }
    if (target->options.url) {
        run_on_port(target, run, &target->overridden->one, options, ret_result);
        return;
    }
    one = target->options.override ? &target->overridden->one : one;
    const char *host = target->options.host_trace ? target->options.host_trace : one->host.replay;
    run->host = &bench_host_core;
    if (target->options.program || target->options.library || target->options.outside) {
        if (bench_target_is_external(&target->options))
            leave_manner_out(&target->overridden->one);
        one = &target->overridden->one;
        host = NULL; /* somebody else is at that end already */
    }
    bench_target_take_host(target, run);
    if (target->options.outside) {
        judged.loop = &target->loop;
        judged.speed = target->options.speed;
    }
    if (host)
        run_with_host(target, run, one, host, options, ret_result);
    else
        run_here(target, run, one, options, ret_result);
}
