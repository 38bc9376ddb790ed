/* conform_command.c - fotarig conform: asks a module what nobody knows, and makes the emulator like
 * it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/cli/cli.h"
#include "harness/cli/whole_file.h"
#include "harness/conform/behind_port.h"
#include "harness/conform/findings.h"
#include "harness/text/setting.h"
#include "reports/file.h"

enum { PACKAGE_BYTES_MAX = 64 * 1024 * 1024, REVISIONS_MAX = 24, LAPSE_MS = 150 };

struct conform_options {
    const char *module, *profile, *sheet, *assume, *url, *package;
    struct cli_list allow, revisions;
    uint32_t baud_bps;
    double speed;
    uint64_t slack_us;
    bool table, list;
};

static const struct cli_option options[] = {
    {"module", 0, "URL", CLI_TEXT, offsetof(struct conform_options, module), NULL,
     "the module to ask: tty:DEVICE, pty:LINK, tcp://HOST:PORT, rfc2217://HOST:PORT, unix:PATH"},
    {"allow", 0, "WORD", CLI_LIST, offsetof(struct conform_options, allow), NULL,
     "dialogues that do more than ask are said, too: restarts, radio, writes, traffic,\n"
     "messages, updates, or all; may be repeated"},
    {"profile", 0, "FILE", CLI_TEXT, offsetof(struct conform_options, profile), NULL,
     "write there with which settings the emulator answers as the module did"},
    {"sheet", 0, "FILE", CLI_TEXT, offsetof(struct conform_options, sheet), NULL,
     "write there what was seen, as evidence"},
    {"url", 0, "URL", CLI_TEXT, offsetof(struct conform_options, url), NULL,
     "where the module may fetch a file, for dialogues that need one"},
    {"package", 0, "FILE", CLI_TEXT, offsetof(struct conform_options, package), NULL,
     "that file; with --allow updates an update package for the module"},
    {"assume", 0, "FILE", CLI_TEXT, offsetof(struct conform_options, assume), NULL,
     "compare with an emulator that has this profile"},
    {"baud", 0, "BIT/S", CLI_COUNT, offsetof(struct conform_options, baud_bps), "115200",
     "rate of the port"},
    {"speed", 0, "X", CLI_SPEED, offsetof(struct conform_options, speed), "1",
     "the module's clock runs X times faster: an emulator's, never a real one's"},
    {"slack", 0, "TIME", CLI_DURATION, offsetof(struct conform_options, slack_us), NULL,
     "times may be apart by this and a twentieth (default: 150ms times the speed)"},
    {"table", 0, NULL, CLI_FLAG, offsetof(struct conform_options, table), NULL,
     "print what the emulator says to each probe, a column for each revision"},
    {"revision", 0, "REVISION", CLI_LIST, offsetof(struct conform_options, revisions), NULL,
     "of the table: its columns (default: one of each that is known)"},
    {"list", 0, NULL, CLI_FLAG, offsetof(struct conform_options, list), NULL,
     "list the probes: name, what it settles, question, evidence"},
};

/* ---- options ------------------------------------------------------------------------------- */

static int fail(int status, const char *text)
{
    cli_error(&cli_command_conform, "%s", text);
    return status;
}

/* Bits of the harms that are allowed. */
static bool read_allowed(const struct conform_options *given, uint8_t *ret_harms)
{
    *ret_harms = 0;
    for (size_t i = 0; i < given->allow.count; i++) {
        const char *word = given->allow.items[i];
        size_t harm = 0;
        while (scenario_harm(harm) && strcmp(scenario_harm(harm), word) != 0)
            harm++;
        if (strcmp(word, "all") == 0) {
            *ret_harms = UINT8_MAX;
        } else if (!scenario_harm(harm)) {
            cli_error(&cli_command_conform,
                      "--allow does not take '%s'; one of restarts, radio, writes, traffic, "
                      "messages, updates, all",
                      word);
            return false;
        } else {
            *ret_harms = (uint8_t)(*ret_harms | 1u << harm);
        }
    }
    return true;
}

static int load_library(const struct cli_operands *operands, struct conform_library *library)
{
    const char *fallback[] = {"scenarios/conform"};
    const char *const *paths = operands->count ? (const char *const *)operands->items : fallback;
    char *text;
    if (conform_library_load(library, paths, operands->count ? operands->count : 1, &text))
        return CLI_EXIT_OK;
    cli_error(&cli_command_conform, "%s", text ? text : "not enough memory");
    free(text);
    return CLI_EXIT_INVALID;
}

static int read_profile(const char *path, struct sim_config *config)
{
    struct scenario_errors errors = {0};
    bool good = scenario_read_profile(path, config, &errors);
    if (!good)
        fprintf(stderr, "%s\n", errors.text ? errors.text : "not enough memory");
    scenario_errors_done(&errors);
    return good ? CLI_EXIT_OK : CLI_EXIT_INVALID;
}

/* The file that is served to an emulator, as to the module. */
static int read_package(const char *path, struct sim_blob *blob, struct sim_config *config)
{
    size_t size = 0;
    const uint8_t *bytes = cli_file_read(path, PACKAGE_BYTES_MAX, &size);
    if (!bytes) {
        cli_error(&cli_command_conform, "%s: %s", path, report_file_reason(errno));
        return CLI_EXIT_INVALID;
    }
    *blob = (struct sim_blob){.bytes = bytes,
                              .size_bytes = (uint32_t)size,
                              .digest = sim_digest(SIM_DIGEST, bytes, size)};
    sim_package_check(bytes, size, &blob->package);
    config->blobs = blob;
    config->blob_count = 1;
    return CLI_EXIT_OK;
}

/* ---- asking -------------------------------------------------------------------------------- */

/* What is said to a module, and what it answered. */
struct asked {
    struct conform_port port;
    struct conform_heard **heard; /* by dialogue; NULL = not asked */
    char revision[40];
    uint8_t allowed;
};

static const char *name_harm(uint8_t harms)
{
    size_t harm = 0;
    while (scenario_harm(harm) && !(harms >> harm & 1))
        harm++;
    return scenario_harm(harm) ? scenario_harm(harm) : "";
}

static bool say_dialogue(struct asked *asked, const struct conform_library *library, size_t index)
{
    const struct scenario_dialogue *dialogue = library->dialogues[index];
    const struct conform_mouth mouth = conform_port_mouth(&asked->port);
    struct conform_heard *heard = calloc(1, sizeof *heard);
    asked->heard[index] = heard;
    if (!heard)
        return false;
    return (!library->first ||
            conform_talk(&mouth, library->first->steps, library->first->step_count, NULL)) &&
           conform_talk(&mouth, dialogue->steps, dialogue->step_count, heard) &&
           conform_talk(&mouth, dialogue->undo, dialogue->undo_count, NULL);
}

/* The mildest first, so that what a dialogue leaves behind is not found by those that only read. */
static bool is_of_rank(const struct scenario_dialogue *dialogue, unsigned rank)
{
    return dialogue->harms >> rank == 0 && (rank == 0 || dialogue->harms >> (rank - 1) != 0);
}

static int ask_rank(struct asked *asked, const struct conform_library *library, unsigned rank)
{
    for (size_t i = 0; i < library->dialogue_count; i++) {
        const struct scenario_dialogue *dialogue = library->dialogues[i];
        uint8_t refused = (uint8_t)(dialogue->harms & ~asked->allowed);
        if (!is_of_rank(dialogue, rank))
            continue;
        if (dialogue->has_url && !asked->port.url) {
            printf("not said: %s (--url, --package)\n", dialogue->title);
            continue;
        }
        if (refused) {
            printf("not said: %s (--allow %s)\n", dialogue->title, name_harm(refused));
            continue;
        }
        if (!say_dialogue(asked, library, i))
            return fail(CLI_EXIT_ENVIRONMENT, "the module's port is gone, or a signal came");
    }
    return CLI_EXIT_OK;
}

static int ask_all(struct asked *asked, const struct conform_library *library)
{
    int status = CLI_EXIT_OK;
    for (unsigned rank = 0; rank <= SCENARIO_HARM_COUNT && status == CLI_EXIT_OK; rank++)
        status = ask_rank(asked, library, rank);
    return status;
}

static int begin(struct asked *asked, const struct conform_options *given,
                 const struct conform_library *library)
{
    char problem[400];
    bench_signals_catch();
    asked->heard = calloc(library->dialogue_count + 1, sizeof *asked->heard);
    if (!asked->heard)
        return fail(CLI_EXIT_INTERNAL, "not enough memory");
    if (!conform_port_open(&asked->port, given->module, given->baud_bps, given->speed, problem,
                           sizeof problem))
        return fail(CLI_EXIT_ENVIRONMENT, problem);
    asked->port.url = given->package ? given->url : NULL;
    const struct conform_mouth mouth = conform_port_mouth(&asked->port);
    if (library->first)
        (void)conform_talk(&mouth, library->first->steps, library->first->step_count, NULL);
    if (!conform_ask_revision(&mouth, asked->revision, sizeof asked->revision))
        return fail(CLI_EXIT_ENVIRONMENT, "the module does not say which revision it runs");
    printf("module: %s\n", asked->revision);
    return CLI_EXIT_OK;
}

static void end(struct asked *asked, const struct conform_library *library)
{
    for (size_t i = 0; asked->heard && i < library->dialogue_count; i++)
        free(asked->heard[i]);
    free(asked->heard);
    conform_port_close(&asked->port);
}

/* ---- telling ------------------------------------------------------------------------------- */

static int write_file(const char *path, const struct conform_library *library,
                      const struct conform_solution *solution, const char *revision, bool sheet)
{
    struct report_file file;
    bool good = report_file_open(&file, path) == 0;
    char when[16] = "";
    time_t now = time(NULL);
    struct tm local;
    if (localtime_r(&now, &local))
        strftime(when, sizeof when, "%Y-%m-%d", &local);
    if (good && sheet)
        conform_write_sheet(file.out, library, solution, revision, when);
    else if (good)
        conform_write_profile(file.out, library, solution, revision);
    if (good && report_file_close(&file, REPORT_FILE_DURABLE) == 0)
        return CLI_EXIT_OK;
    cli_error(&cli_command_conform, "%s: %s", path, report_file_reason(errno));
    return CLI_EXIT_ENVIRONMENT;
}

static void print_differences(const struct conform_library *library,
                              const struct conform_solution *solution)
{
    size_t counts[CONFORM_DIFFERS + 1] = {0};
    for (size_t i = 0; i < library->probe_count; i++) {
        const struct conform_result *result = &solution->results[i];
        counts[result->verdict]++;
        if (result->verdict >= CONFORM_SETTLED)
            printf("%-8s %s: %s, the emulator: %s\n", conform_verdict_name(result->verdict),
                   library->probes[i].probe->name, result->module.text, result->assumed.text);
    }
    for (unsigned i = 0; i < SIM_SETTING_COUNT; i++)
        if (solution->is_changed[i]) {
            char text[64];
            text_setting_write(sim_setting_info(i), solution->settings[i], text, sizeof text);
            printf("setting  %s=%s\n", sim_setting_info(i)->name, text);
        }
    printf("%zu probes: %zu agree, %zu settled, %zu differ, %zu not asked\n", library->probe_count,
           counts[CONFORM_AGREES], counts[CONFORM_SETTLED], counts[CONFORM_DIFFERS],
           counts[CONFORM_UNASKED]);
}

static int tell(const struct conform_options *given, const struct conform_library *library,
                const struct asked *asked, const struct sim_config *config)
{
    struct conform_solution solution;
    uint64_t slack_ms =
        given->slack_us ? given->slack_us / 1000 : (uint64_t)((double)LAPSE_MS * given->speed);
    int status = CLI_EXIT_OK;
    bool any = false;
    if (!conform_solve(library, asked->heard, config, given->url, slack_ms, &solution))
        return fail(CLI_EXIT_INTERNAL, "not enough memory");
    print_differences(library, &solution);
    if (given->profile)
        status = write_file(given->profile, library, &solution, asked->revision, false);
    if (given->sheet && status == CLI_EXIT_OK)
        status = write_file(given->sheet, library, &solution, asked->revision, true);
    for (size_t i = 0; i < library->probe_count; i++)
        any = any || solution.results[i].verdict >= CONFORM_SETTLED;
    conform_solution_done(&solution);
    return status == CLI_EXIT_OK && any ? CLI_EXIT_FAILED : status;
}

static int ask_module(const struct conform_options *given, const struct conform_library *library)
{
    static struct asked asked;
    static struct sim_config config;
    struct sim_blob blob = {0};
    if (!read_allowed(given, &asked.allowed))
        return CLI_EXIT_USAGE;
    int status = begin(&asked, given, library);
    sim_config_init(&config);
    if (status == CLI_EXIT_OK && !sim_config_identify(&config, NULL, asked.revision))
        printf("the emulator knows no such variant; compared with a %s\n", config.variant);
    if (status == CLI_EXIT_OK && given->assume)
        status = read_profile(given->assume, &config);
    if (status == CLI_EXIT_OK && given->package)
        status = read_package(given->package, &blob, &config);
    if (status == CLI_EXIT_OK)
        status = ask_all(&asked, library);
    if (status == CLI_EXIT_OK)
        status = tell(given, library, &asked, &config);
    end(&asked, library);
    cli_file_free(blob.bytes);
    return status;
}

/* ---- the table ----------------------------------------------------------------------------- */

static void see_column(const struct conform_library *library, const char *revision,
                       struct conform_emulator *emulator, struct conform_heard *heard,
                       struct conform_view *views)
{
    struct sim_config config;
    size_t index = 0;
    sim_config_init(&config);
    (void)sim_config_identify(&config, NULL, revision);
    conform_emulator_start(emulator, &config, library->first);
    for (size_t i = 0; i < library->dialogue_count; i++) {
        conform_emulator_talk(emulator, library->dialogues[i], heard);
        for (size_t n = library->dialogues[i]->probe_count; n > 0; n--, index++)
            conform_see(library->probes[index].probe, heard, &views[index]);
    }
}

static size_t choose_revisions(const struct conform_options *given,
                               const char *revisions[REVISIONS_MAX])
{
    static const char *const usual[] = {"1351B01SIM7000C", "1351B03SIM7000C", "1351B05SIM7000E",
                                        "1351B08SIM7000E", "1529B04SIM7000G", "1529B08SIM7000G",
                                        "1529B10SIM7000G", "1529B11SIM7000G"};
    size_t count = 0;
    for (; count < given->revisions.count && count < REVISIONS_MAX; count++)
        revisions[count] = given->revisions.items[count];
    if (count == 0)
        for (; count < CLI_COUNT_OF(usual); count++)
            revisions[count] = usual[count];
    return count;
}

static int print_table(const struct conform_options *given, const struct conform_library *library)
{
    static struct conform_emulator emulator;
    const char *revisions[REVISIONS_MAX];
    size_t count = choose_revisions(given, revisions);
    struct conform_heard *heard = malloc(sizeof *heard);
    struct conform_view *views = calloc(count * library->probe_count + 1, sizeof *views);
    bool good = heard && views && conform_emulator_open(&emulator);
    for (size_t i = 0; good && i < count; i++)
        see_column(library, revisions[i], &emulator, heard, views + i * library->probe_count);
    if (good)
        conform_write_table(stdout, library, revisions, count, views);
    conform_emulator_close(&emulator);
    free(heard);
    free(views);
    return good ? CLI_EXIT_OK : fail(CLI_EXIT_INTERNAL, "not enough memory");
}

static int print_list(const struct conform_library *library)
{
    for (size_t i = 0; i < library->probe_count; i++) {
        const struct scenario_probe *probe = library->probes[i].probe;
        printf("%s\n    %s [%s]\n", probe->name, probe->asks, probe->evidence);
        for (unsigned n = 0; n < probe->setting_count; n++)
            printf("%s%s%s", n ? ", " : "    settles ", sim_setting_info(probe->settings[n])->name,
                   n + 1u == probe->setting_count ? "\n" : "");
        uint8_t harms = library->dialogues[library->probes[i].dialogue]->harms;
        for (size_t harm = 0; scenario_harm(harm); harm++)
            if (harms >> harm & 1)
                printf("    %s: %s\n", scenario_harm(harm), scenario_harm_cost(harm));
    }
    printf("%zu probes in %zu dialogues\n", library->probe_count, library->dialogue_count);
    return CLI_EXIT_OK;
}

/* ---- the command --------------------------------------------------------------------------- */

static int conform(int argc, char **argv)
{
    struct conform_options given;
    struct cli_operands operands;
    struct conform_library library;
    int status = cli_parse(&cli_command_conform, argc, argv, &given, sizeof given, &operands);
    if (status != CLI_GO_ON)
        return status;
    if ((given.module != NULL) + given.table + given.list != 1)
        return fail(CLI_EXIT_USAGE, "give one of --module URL, --table and --list");
    status = load_library(&operands, &library);
    if (status != CLI_EXIT_OK)
        return status;
    if (given.module)
        status = ask_module(&given, &library);
    else
        status = given.table ? print_table(&given, &library) : print_list(&library);
    conform_library_done(&library);
    return status;
}

const struct cli_command cli_command_conform = {
    .name = "conform",
    .summary = "ask a module what nobody knows, and make the emulator like it",
    .operands = "[DIALOGUE|DIR...]",
    .notes =
        "Says the dialogues of scenarios/conform (or of those given) to a module, and tries on\n"
        "the emulator with which settings it answers the same. What a dialogue does beyond\n"
        "asking it says; without --allow only the harmless ones are said. Times are compared,\n"
        "too. Status 1: something differs.",
    .options = options,
    .option_count = CLI_COUNT_OF(options),
    .operands_max = SIZE_MAX,
    .run = conform,
};
