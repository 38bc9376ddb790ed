/* solve.c - tries values of settings on the emulator until it says what the module has said. */
#include "harness/conform/solve.h"

#include <stdlib.h>
#include <string.h>

enum { PASSES = 40, SECANTS = 6, CHOICES_MAX = 16 };

struct solver {
    const struct conform_library *library;
    struct conform_heard *const *heard;
    const struct sim_config *given;
    uint64_t slack_ms;
    struct conform_solution *solution;
    struct conform_emulator emulator;
    struct sim_config config;      /* with what was found so far */
    struct conform_heard *hearing; /* of the emulator */
    struct conform_view *views;    /* of the emulator as it is, one for each probe */
    bool *wanted;                  /* dialogues that a trial says */
    bool *related;                 /* SIM_SETTING_COUNT for each probe: it sees that one; or NULL */
};

/* ---- trials -------------------------------------------------------------------------------- */

static bool is_asked(const struct solver *solver, size_t index)
{
    const struct conform_probe *probe = &solver->library->probes[index];
    return solver->heard[probe->dialogue] && conform_is_for(probe->probe, solver->given->revision);
}

static bool is_same(const struct solver *solver, size_t index)
{
    return conform_same(&solver->views[index], &solver->solution->results[index].module,
                        solver->slack_ms);
}

/* Says the wanted dialogues to an emulator; returns how many of their probes differ. */
static size_t try_config(struct solver *solver, const struct sim_config *config)
{
    const struct conform_library *library = solver->library;
    size_t differing = 0, index = 0;
    solver->solution->starts++;
    conform_emulator_start(&solver->emulator, config, library->first);
    for (size_t i = 0; i < library->dialogue_count; i++) {
        size_t end = index + library->dialogues[i]->probe_count;
        if (solver->heard[i] && solver->wanted[i])
            conform_emulator_talk(&solver->emulator, library->dialogues[i], solver->hearing);
        for (; index < end; index++) {
            if (!solver->heard[i] || !solver->wanted[i] || !is_asked(solver, index))
                continue;
            conform_see(library->probes[index].probe, solver->hearing, &solver->views[index]);
            differing += !is_same(solver, index);
        }
    }
    return differing;
}

static void want_all(struct solver *solver, bool wanted)
{
    memset(solver->wanted, wanted, solver->library->dialogue_count * sizeof *solver->wanted);
}

/* The dialogues that can see the setting. */
static void want_those_of(struct solver *solver, unsigned setting)
{
    want_all(solver, false);
    for (size_t i = 0; i < solver->library->probe_count; i++)
        for (unsigned n = 0; n < solver->library->probes[i].probe->setting_count; n++)
            if (solver->library->probes[i].probe->settings[n] == setting)
                solver->wanted[solver->library->probes[i].dialogue] = true;
}

/* ---- one setting --------------------------------------------------------------------------- */

/* A search for the value of one setting with which one probe sees what the module shows. */
struct search {
    struct solver *solver;
    size_t probe;
    unsigned setting;
    size_t before; /* probes that differ as it is */
    size_t best;   /* with the best value */
    int32_t value; /* that one */
    bool found;
};

static bool consider(struct search *search, int32_t value)
{
    struct solver *solver = search->solver;
    const struct sim_setting_info *info = sim_setting_info(search->setting);
    if (value < info->minimum || value > info->maximum)
        return false;
    struct sim_config config = solver->config;
    config.settings[search->setting] = value;
    size_t differing = try_config(solver, &config);
    bool fits = is_same(solver, search->probe);
    if (fits && differing < search->best) {
        search->best = differing;
        search->value = value;
        search->found = true;
    }
    return fits;
}

static void search_words(struct search *search)
{
    const struct sim_setting_info *info = sim_setting_info(search->setting);
    for (int32_t value = info->minimum; value <= info->maximum && value < CHOICES_MAX; value++)
        if (value != search->solver->config.settings[search->setting])
            consider(search, value);
}

/* A value of the setting that shows: the probe's own, or that of another. */
static bool find_planted(const struct conform_library *library, size_t first, unsigned setting,
                         int32_t *ret_value)
{
    for (size_t i = 0; i < library->probe_count; i++) {
        const struct scenario_probe *probe =
            library->probes[(first + i) % library->probe_count].probe;
        for (unsigned n = 0; n < probe->setting_count; n++)
            if (probe->settings[n] == setting) {
                *ret_value = probe->planted[n];
                return true;
            }
    }
    return false;
}

static int32_t planted_of(const struct search *search)
{
    int32_t value = sim_setting_info(search->setting)->initial;
    (void)find_planted(search->solver->library, search->probe, search->setting, &value);
    return value;
}

static bool is_numeric(const struct conform_view *view)
{
    return view->is_time || view->is_number;
}

/* Two values and what is seen with them lead to a third. */
static void search_line(struct search *search, int32_t one, int32_t other)
{
    struct solver *solver = search->solver;
    const struct conform_view *view = &solver->views[search->probe];
    const struct sim_setting_info *info = sim_setting_info(search->setting);
    double wanted = (double)solver->solution->results[search->probe].module.number;
    if (consider(search, one) || !is_numeric(view))
        return;
    double at[2] = {one, other}, seen[2] = {(double)view->number, 0};
    for (unsigned i = 0; i < SECANTS; i++) {
        if (consider(search, (int32_t)at[1]) || !is_numeric(view))
            return;
        seen[1] = (double)view->number;
        if (seen[1] == seen[0] || at[1] == at[0])
            return;
        double next = at[1] + (wanted - seen[1]) * (at[1] - at[0]) / (seen[1] - seen[0]);
        next += next < 0 ? -0.5 : 0.5;
        if (next < info->minimum)
            next = info->minimum;
        if (next > info->maximum)
            next = info->maximum;
        at[0] = at[1];
        seen[0] = seen[1];
        at[1] = (double)(int32_t)next;
    }
}

static void search_measured(struct search *search)
{
    const struct sim_setting_info *info = sim_setting_info(search->setting);
    const struct conform_view *module = &search->solver->solution->results[search->probe].module;
    int32_t now = search->solver->config.settings[search->setting], planted = planted_of(search);
    if (!is_numeric(module))
        return;
    if (module->is_number && module->number / 1000000 <= INT32_MAX &&
        module->number / 1000000 >= INT32_MIN)
        (void)consider(search, (int32_t)(module->number / 1000000)); /* printed as it is */
    if (!search->found)
        search_line(search, now, planted);
    if (!search->found && planted < info->maximum)
        search_line(search, planted, planted + (planted > 1000 ? planted / 10 : 1));
}

/* What is seen is no number that could be reckoned with. */
static void search_guessed(struct search *search)
{
    const struct sim_setting_info *info = sim_setting_info(search->setting);
    int32_t planted = planted_of(search);
    int32_t plausible;
    for (size_t i = 0; !search->found && sim_setting_plausible(search->setting, i, &plausible); i++)
        consider(search, plausible);
    const int32_t others[] = {planted, info->initial, info->minimum, info->maximum};
    for (size_t i = 0; !search->found && i < sizeof others / sizeof others[0]; i++)
        consider(search, others[i]);
}

static bool is_word(const struct sim_setting_info *info)
{
    return info->unit == SIM_UNIT_CHOICE || info->unit == SIM_UNIT_FLAG;
}

/* How a value is looked for; the surer way goes before, for all probes. */
enum stage { STAGE_WORDS, STAGE_MEASURED, STAGE_GUESSED, STAGE_RELATED, STAGE_COUNT };

/* True when with a value of the setting the probe sees what the module shows, at no other's cost.
 */
static bool settle(struct solver *solver, size_t probe, unsigned setting, enum stage stage)
{
    bool words = is_word(sim_setting_info(setting));
    if (stage != STAGE_RELATED && words != (stage == STAGE_WORDS))
        return false;
    struct search search = {.solver = solver, .probe = probe, .setting = setting};
    want_those_of(solver, setting);
    solver->wanted[solver->library->probes[probe].dialogue] = true;
    search.before = search.best = try_config(solver, &solver->config);
    if (words)
        search_words(&search);
    else if (stage != STAGE_GUESSED)
        search_measured(&search);
    if (!words && stage >= STAGE_GUESSED && !search.found)
        search_guessed(&search);
    if (search.found)
        solver->config.settings[setting] = search.value;
    return search.found;
}

/* ---- all of them --------------------------------------------------------------------------- */

/* What no probe says of itself: which settings it sees, one changed at a time. */
static void relate(struct solver *solver)
{
    const struct conform_library *library = solver->library;
    struct conform_view *before = calloc(library->probe_count + 1, sizeof *before);
    solver->related = calloc(library->probe_count + 1, SIM_SETTING_COUNT);
    want_all(solver, true);
    for (unsigned setting = 0; before && solver->related && setting < SIM_SETTING_COUNT;
         setting++) {
        struct sim_config config = solver->config;
        if (!find_planted(library, 0, setting, &config.settings[setting]))
            continue;
        (void)try_config(solver, &solver->config);
        memcpy(before, solver->views, library->probe_count * sizeof *before);
        (void)try_config(solver, &config);
        for (size_t i = 0; i < library->probe_count; i++)
            solver->related[i * SIM_SETTING_COUNT + setting] =
                is_asked(solver, i) &&
                !conform_same(&before[i], &solver->views[i], solver->slack_ms);
    }
    free(before);
}

static bool settle_related(struct solver *solver, size_t index)
{
    if (!solver->related)
        relate(solver);
    for (unsigned setting = 0; solver->related && setting < SIM_SETTING_COUNT; setting++)
        if (solver->related[index * SIM_SETTING_COUNT + setting] &&
            settle(solver, index, setting, STAGE_RELATED))
            return true;
    return false;
}

static bool settle_probe(struct solver *solver, size_t index, enum stage stage)
{
    const struct scenario_probe *probe = solver->library->probes[index].probe;
    if (stage == STAGE_RELATED)
        return settle_related(solver, index);
    for (unsigned n = 0; n < probe->setting_count; n++)
        if (settle(solver, index, probe->settings[n], stage))
            return true;
    return false;
}

static size_t look_at_all(struct solver *solver)
{
    want_all(solver, true);
    return try_config(solver, &solver->config);
}

static void settle_all(struct solver *solver)
{
    enum stage stage = STAGE_WORDS;
    look_at_all(solver);
    for (unsigned pass = 0; pass < PASSES && stage < STAGE_COUNT; pass++) {
        bool changed = false;
        for (size_t i = 0; i < solver->library->probe_count; i++) {
            if (!is_asked(solver, i) || is_same(solver, i))
                continue;
            changed = settle_probe(solver, i, stage) || changed;
            look_at_all(solver);
        }
        stage = changed ? STAGE_WORDS : stage + 1;
    }
}

/* What nothing is worse without was not the reason. */
static void drop_idle(struct solver *solver)
{
    size_t differing = look_at_all(solver);
    for (unsigned setting = 0; setting < SIM_SETTING_COUNT; setting++) {
        int32_t found = solver->config.settings[setting];
        if (found == solver->given->settings[setting])
            continue;
        solver->config.settings[setting] = solver->given->settings[setting];
        if (try_config(solver, &solver->config) > differing)
            solver->config.settings[setting] = found;
    }
}

static void judge(struct solver *solver)
{
    struct conform_solution *solution = solver->solution;
    solution->differing = look_at_all(solver);
    for (size_t i = 0; i < solver->library->probe_count; i++) {
        struct conform_result *result = &solution->results[i];
        if (!is_asked(solver, i))
            continue;
        result->found = solver->views[i];
        if (!is_same(solver, i))
            result->verdict = CONFORM_DIFFERS;
        else if (!conform_same(&result->assumed, &result->module, solver->slack_ms))
            result->verdict = CONFORM_SETTLED;
        else
            result->verdict = CONFORM_AGREES;
    }
    for (unsigned i = 0; i < SIM_SETTING_COUNT; i++) {
        solution->settings[i] = solver->config.settings[i];
        solution->is_changed[i] = solver->config.settings[i] != solver->given->settings[i];
    }
}

static void begin(struct solver *solver)
{
    const struct conform_library *library = solver->library;
    for (size_t i = 0; i < library->probe_count; i++)
        if (is_asked(solver, i))
            conform_see(library->probes[i].probe, solver->heard[library->probes[i].dialogue],
                        &solver->solution->results[i].module);
    look_at_all(solver);
    for (size_t i = 0; i < library->probe_count; i++)
        solver->solution->results[i].assumed = solver->views[i];
}

bool conform_solve(const struct conform_library *library, struct conform_heard *const *heard,
                   const struct sim_config *config, const char *url, uint64_t slack_ms,
                   struct conform_solution *ret_solution)
{
    struct solver solver = {.library = library,
                            .heard = heard,
                            .given = config,
                            .slack_ms = slack_ms,
                            .solution = ret_solution,
                            .config = *config};
    memset(ret_solution, 0, sizeof *ret_solution);
    ret_solution->results = calloc(library->probe_count + 1, sizeof *ret_solution->results);
    solver.hearing = malloc(sizeof *solver.hearing);
    solver.views = calloc(library->probe_count + 1, sizeof *solver.views);
    solver.wanted = calloc(library->dialogue_count + 1, sizeof *solver.wanted);
    bool good = ret_solution->results && solver.hearing && solver.views && solver.wanted &&
                conform_emulator_open(&solver.emulator);
    if (good) {
        solver.emulator.url = url;
        begin(&solver);
        settle_all(&solver);
        drop_idle(&solver);
        judge(&solver);
        conform_emulator_close(&solver.emulator);
    } else {
        conform_solution_done(ret_solution);
    }
    free(solver.hearing);
    free(solver.views);
    free(solver.wanted);
    free(solver.related);
    return good;
}

void conform_solution_done(struct conform_solution *solution)
{
    free(solution->results);
    solution->results = NULL;
}
