/* probe.c - asks modules what they are, and compares it with the rack file. */
#include "harness/rack/probe.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/catalogue.h"

/* A case in which nothing happens: a probe needs the host's rate, which is the default. */
static const char nothing[] = "scenario: a module is asked what it is\n"
                              "why: Nothing is done to it.\n"
                              "update: {from: X, to: Y, package: {url: 'http://x/y'}}\n"
                              "expect: {outcome: refused}\n";

/* ---- one ------------------------------------------------------------------------------------- */

static void copy_answer(const struct bench_survey *survey, enum sim_question kind,
                        char text[RACK_PROBE_TEXT_MAX])
{
    const struct bench_question *question = bench_survey_find(survey, kind, NULL);
    text[0] = '\0';
    if (question && question->known == SCENARIO_YES)
        snprintf(text, RACK_PROBE_TEXT_MAX, "%s", question->answer);
}

/* "SIMCOM_SIM7000E" is a SIM7000E. */
static bool is_model(const char *model, const char *variant)
{
    size_t length = strlen(model), wanted = strlen(variant);
    return length >= wanted && strcmp(model + length - wanted, variant) == 0;
}

static void compare(const struct rack_slot *slot, struct rack_probe *probe)
{
    probe->found = RACK_FOUND_ANOTHER;
    if (slot->imei && strcmp(slot->imei, probe->imei) != 0)
        snprintf(probe->text, sizeof probe->text, "IMEI %s is expected, and the module says %s",
                 slot->imei, probe->imei[0] ? probe->imei : "none");
    else if (slot->variant && !is_model(probe->model, slot->variant))
        snprintf(probe->text, sizeof probe->text, "a %s is expected, and the module says %s",
                 slot->variant, probe->model[0] ? probe->model : "nothing");
    else
        probe->found = RACK_FOUND_AS_WRITTEN;
}

static void ask(struct bench_target *target, const struct scenario_case *one,
                struct rack_probe *probe)
{
    static const enum sim_question kinds[] = {SIM_QUESTION_MODEL, SIM_QUESTION_REVISION,
                                              SIM_QUESTION_IMEI, SIM_QUESTION_SUPPLY,
                                              SIM_QUESTION_STATUS};
    char *const texts[] = {probe->model, probe->revision, probe->imei, probe->supply_mv,
                           probe->status};
    struct bench_survey survey = {.question_count = 0};
    struct bench_options options = {
        .loop = &target->loop, .unpaced = true, .speed = target->options.speed};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        bench_survey_add(&survey, kinds[i], NULL);
    if (!bench_target_ask(target, &survey, one, &options, probe->text))
        return;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        copy_answer(&survey, kinds[i], texts[i]);
    probe->found = RACK_FOUND_AS_WRITTEN;
}

static void probe_once(const struct rack_slot *slot, const struct scenario_case *one,
                       struct rack_probe *probe)
{
    struct bench_target_options options = {.url = slot->transport,
                                           .far_end = slot->far_end == RACK_FAR_END_EMULATOR
                                                          ? BENCH_FAR_END_EMULATOR
                                                          : BENCH_FAR_END_MODULE,
                                           .speed = slot->speed};
    struct bench_target *target = malloc(sizeof *target);
    bool made = target && bench_target_init(target, &options);
    if (!made)
        snprintf(probe->text, sizeof probe->text, "not enough memory");
    else if (bench_target_open(target, probe->text, sizeof probe->text))
        ask(target, one, probe);
    if (target)
        bench_target_done(target);
    free(target);
    if (probe->found == RACK_FOUND_AS_WRITTEN)
        compare(slot, probe);
}

/* Whether all is as the file lets expect: the module, and a revision of its packages. */
static bool is_expected(const struct rack_slot *slot, const struct rack_probe *probe)
{
    return probe->found == RACK_FOUND_AS_WRITTEN &&
           (!slot->package_count || rack_package(slot, probe->revision, NULL) ||
            rack_package(slot, NULL, probe->revision));
}

/* One damaged answer must not make another module of it: what is not expected is asked again. */
static void probe_port(const struct rack_slot *slot, const struct scenario_case *one,
                       struct rack_probe *probe)
{
    probe_once(slot, one, probe);
    if (probe->found == RACK_FOUND_NOTHING || is_expected(slot, probe))
        return;
    *probe = (struct rack_probe){.found = RACK_FOUND_NOTHING};
    probe_once(slot, one, probe);
}

void rack_probe(const struct rack_slot *slot, struct rack_probe *ret_probe)
{
    struct scenario_errors errors;
    struct scenario *scenario = NULL;

    *ret_probe = (struct rack_probe){.found = RACK_FOUND_NOTHING};
    if (slot->out_of_service) {
        ret_probe->found = RACK_FOUND_OUT_OF_SERVICE;
        snprintf(ret_probe->text, sizeof ret_probe->text, "out of service: %s",
                 slot->out_of_service);
        return;
    }
    if (!slot->transport) {
        snprintf(ret_probe->text, sizeof ret_probe->text,
                 "it has to be booked first, by its 'place' hook");
        return;
    }
    scenario = scenario_parse("probe.yaml", nothing, sizeof nothing - 1, &errors);
    if (scenario)
        probe_port(slot, &scenario->cases[0], ret_probe);
    else
        snprintf(ret_probe->text, sizeof ret_probe->text, "not enough memory");
    scenario_free(scenario);
    scenario_errors_done(&errors);
}

const char *rack_variant(const char *model)
{
    const char *best = NULL;
    for (size_t i = 0; sim_variant(i); i++)
        if (is_model(model, sim_variant(i)) && (!best || strlen(sim_variant(i)) > strlen(best)))
            best = sim_variant(i);
    return best ? best : model;
}

/* ---- all ------------------------------------------------------------------------------------- */

enum { LOOK_MS = 200 }; /* how often a signal is looked for */

struct asker {
    pid_t pid;
    int answer_fd;
};

static bool start(struct asker *asker, const struct rack_slot *slot, rack_asks *way)
{
    struct rack_probe probe;
    int ends[2];
    if (pipe(ends) != 0)
        return false;
    pid_t parent = getpid();
    fflush(NULL);
    asker->pid = fork();
    if (asker->pid == 0) {
        close(ends[0]);
        if (!bench_process_forked(parent))
            _exit(1);
        way(slot, &probe);
        /* Smaller than a pipe's buffer: it is written at once, or not at all. */
        _exit(write(ends[1], &probe, sizeof probe) == (ssize_t)sizeof probe ? 0 : 1);
    }
    close(ends[1]);
    asker->answer_fd = ends[0];
    if (asker->pid > 0)
        return true;
    close(ends[0]);
    return false;
}

static void take(struct asker *asker, struct rack_probe *probe)
{
    size_t size = 0;
    ssize_t now;
    struct pollfd ready = {.fd = asker->answer_fd, .events = POLLIN};
    while (poll(&ready, 1, LOOK_MS) <= 0)
        if (bench_signal())
            kill(asker->pid, SIGTERM); /* it ends its hook first */
    while (size < sizeof *probe &&
           ((now = read(asker->answer_fd, (char *)probe + size, sizeof *probe - size)) > 0 ||
            (now < 0 && errno == EINTR)))
        size += now > 0 ? (size_t)now : 0;
    close(asker->answer_fd);
    while (waitpid(asker->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    if (size == sizeof *probe)
        return;
    *probe = (struct rack_probe){.found = RACK_FOUND_NOTHING};
    snprintf(probe->text, sizeof probe->text, "the process that asks it broke off");
}

bool rack_probe_all(const struct rack_slot *slots, size_t count, struct rack_probe *ret_probes)
{
    return rack_ask_all(slots, count, rack_probe, NULL, ret_probes);
}

bool rack_ask_all(const struct rack_slot *slots, size_t count, rack_asks *way, const bool *wanted,
                  struct rack_probe *ret_probes)
{
    struct asker *askers = calloc(count ? count : 1, sizeof *askers);
    size_t started = 0;
    if (!askers)
        return false;
    while (started < count &&
           ((wanted && !wanted[started]) || start(&askers[started], &slots[started], way)))
        started++;
    int problem = errno;
    for (size_t i = 0; i < started; i++)
        if (!wanted || wanted[i])
            take(&askers[i], &ret_probes[i]);
    free(askers);
    errno = problem;
    return started == count;
}
