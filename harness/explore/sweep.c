/* sweep.c - cases × plausible values, in as many processes as asked for. */
#include "harness/explore/sweep.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/ports/loop.h"

enum { JOBS_MAX = 64 };

const char *sweep_answer_name(unsigned answer)
{
    static const char *const names[] = {
#define X(name, text) text,
        SWEEP_ANSWERS(X)
#undef X
    };
    return answer < SWEEP_ANSWER_COUNT ? names[answer] : "?";
}

struct sweep_value *sweep_values(size_t *ret_count)
{
    struct sweep_value *values = NULL;
    *ret_count = 0;
    for (int pass = 0; pass < 2; pass++) {
        size_t count = 0;
        for (unsigned setting = 0; setting < SIM_SETTING_COUNT; setting++) {
            int32_t value;
            for (size_t i = 0; sim_setting_plausible(setting, i, &value); i++, count++)
                if (values)
                    values[count] = (struct sweep_value){(uint16_t)setting, value};
        }
        *ret_count = count;
        if (!values && !(values = calloc(count ? count : 1, sizeof *values)))
            return NULL;
    }
    return values;
}

/* ---- one run -------------------------------------------------------------------------------- */

static enum sweep_answer answer_of(const struct scenario_finding *finding)
{
    switch (finding->kind) {
    case SCENARIO_FINDING_RULE:
        return SWEEP_RULE;
    case SCENARIO_FINDING_EVENT:
        return SWEEP_NO_STORY;
    default:
        return SWEEP_EXPECTATION;
    }
}

/* A broken rule says more than an expectation; without the story neither says much. */
static unsigned weight_of(enum sweep_answer answer)
{
    return answer == SWEEP_RULE ? 3 : answer == SWEEP_NO_STORY ? 2 : 1;
}

static void judge(const struct bench_result *bench, struct sweep_result *result)
{
    unsigned weight = 0;
    if (bench->verdict == BENCH_PASSED)
        result->answer = SWEEP_SAME;
    if (bench->verdict == BENCH_ERROR) {
        result->answer = SWEEP_UNKNOWN;
        memcpy(result->got, bench->error,
               sizeof result->got < sizeof bench->error ? sizeof result->got : sizeof bench->error);
        result->got[sizeof result->got - 1] = '\0';
    }
    if (bench->verdict != BENCH_FAILED)
        return;
    for (size_t i = 0; i < bench->finding_count && i < BENCH_FINDINGS_MAX; i++) {
        const struct scenario_finding *finding = &bench->findings[i];
        enum sweep_answer answer = answer_of(finding);
        if (weight_of(answer) <= weight)
            continue;
        weight = weight_of(answer);
        result->answer = (uint8_t)answer;
        memcpy(result->what, finding->what, sizeof result->what);
        memcpy(result->want, finding->want, sizeof result->want);
        memcpy(result->got, finding->got, sizeof result->got);
    }
}

static void run_case(struct bench_run *run, const struct scenario_case *one, uint64_t seed,
                     uint64_t *settings_read, struct sweep_result *ret_result)
{
    const struct bench_options options = {
        .seed = seed, .sink = BENCH_SINK_NONE, .stoppable = true, .settings_read = settings_read};
    struct bench_result result = {0};
    if (bench_run_begin(run, one, &options))
        bench_run_all(run, &result);
    else
        bench_run_judge(run, &result);
    judge(&result, ret_result);
}

void sweep_one(struct bench_run *run, const struct scenario_case *one,
               const struct sweep_value *value, uint64_t seed, struct sweep_result *ret_result)
{
    struct scenario_case changed = *one;
    changed.module.settings[value->setting] = value->value;
    if (value->setting == SIM_SETTING_RANDOM_SEED)
        seed = (uint64_t)value->value;
    run_case(run, &changed, seed, NULL, ret_result);
}

/* ---- many ----------------------------------------------------------------------------------- */

/* In memory that all processes share. */
struct shared {
    struct sweep sweep;
    _Atomic size_t next_case;
    struct sweep_result results[];
};

struct work {
    struct shared *shared;
    const struct scenario_case *const *cases;
    const struct sweep_value *values;
    uint64_t seed;
};

/* Both runs are the same up to the first look at the setting; the seed is looked at in the bench.
 */
static bool is_read(const uint64_t read[SIM_SETTING_WORDS], unsigned setting)
{
    return setting == SIM_SETTING_RANDOM_SEED || (read[setting / 64] >> setting % 64 & 1);
}

static void run_values(const struct work *work, struct bench_run *run, size_t index)
{
    const struct sweep *sweep = &work->shared->sweep;
    const struct scenario_case *one = work->cases[index];
    struct sweep_result *results = &sweep->results[index * sweep->value_count];
    uint64_t read[SIM_SETTING_WORDS] = {0};
    run_case(run, one, work->seed, read, &sweep->own[index]);
    for (size_t i = 0; i < sweep->value_count && !bench_signal(); i++) {
        unsigned setting = work->values[i].setting;
        if (sweep->own[index].answer != SWEEP_SAME || scenario_names_setting(one, setting))
            results[i].answer = SWEEP_LEFT_OUT;
        else if (!is_read(read, setting))
            results[i].answer = SWEEP_UNREAD;
        else
            sweep_one(run, one, &work->values[i], work->seed, &results[i]);
    }
}

/* Takes one case after the other until there is none; false: no memory. */
static bool take_cases(const struct work *work)
{
    struct bench_run *run = bench_run_new(BENCH_SINK_NONE);
    size_t index;
    if (!run)
        return false;
    while (!bench_signal() &&
           (index = atomic_fetch_add(&work->shared->next_case, 1)) < work->shared->sweep.case_count)
        run_values(work, run, index);
    bench_run_free(run);
    return true;
}

static bool wait_for(pid_t process)
{
    int status;
    while (waitpid(process, &status, 0) < 0)
        if (errno != EINTR)
            return false;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* This process works, too. False with errno set. */
static bool work_together(const struct work *work, unsigned jobs)
{
    pid_t processes[JOBS_MAX];
    unsigned count = 0;
    bool good = true;
    jobs = jobs > JOBS_MAX ? JOBS_MAX : jobs;
    while (good && count + 1 < jobs) {
        pid_t process = fork();
        if (process == 0)
            _exit(take_cases(work) ? 0 : 1);
        if (process > 0)
            processes[count++] = process;
        good = process > 0;
    }
    good = take_cases(work) && good;
    while (count > 0)
        good = wait_for(processes[--count]) && good;
    if (!good)
        errno = errno ? errno : ENOMEM;
    return good;
}

static struct shared *make_shared(size_t case_count, size_t value_count)
{
    size_t bytes =
        sizeof(struct shared) + case_count * (value_count + 1) * sizeof(struct sweep_result);
    struct shared *shared =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return NULL;
    shared->sweep = (struct sweep){.own = shared->results,
                                   .results = shared->results + case_count,
                                   .case_count = case_count,
                                   .value_count = value_count,
                                   .bytes = bytes};
    atomic_init(&shared->next_case, 0);
    return shared;
}

struct sweep *sweep_run(const struct scenario_case *const *cases, size_t case_count,
                        const struct sweep_value *values, size_t value_count, uint64_t seed,
                        unsigned jobs)
{
    struct shared *shared = make_shared(case_count, value_count);
    struct work work = {shared, cases, values, seed};
    if (!shared)
        return NULL;
    errno = 0;
    if (work_together(&work, jobs))
        return &shared->sweep;
    sweep_free(&shared->sweep);
    return NULL;
}

void sweep_free(struct sweep *sweep)
{
    if (sweep)
        munmap(sweep, sweep->bytes); /* it lies at the beginning of struct shared */
}
