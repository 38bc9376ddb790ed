/* findings.c - what was found, as a profile, as a sheet, as a table. */
#include "harness/conform/findings.h"

#include <string.h>

#include "harness/text/setting.h"

enum { CELL_WIDTH = 22, NAME_WIDTH = 34 };

const char *conform_verdict_name(unsigned verdict)
{
    static const char *const names[] = {"not asked", "agrees", "settled", "differs"};
    return verdict < sizeof names / sizeof names[0] ? names[verdict] : NULL;
}

/* Words that YAML would not take for text. */
static bool needs_quotes(const char *text)
{
    return strspn(text, "0123456789.-") == strlen(text) && text[0];
}

static void write_setting(FILE *file, const struct sim_setting_info *info, int32_t value)
{
    char text[64];
    text_setting_write(info, value, text, sizeof text);
    bool quoted = info->unit == SIM_UNIT_CHOICE && needs_quotes(text);
    fprintf(file, "  %s: %s%s%s\n", info->name, quoted ? "'" : "", text, quoted ? "'" : "");
}

void conform_write_profile(FILE *file, const struct conform_library *library,
                           const struct conform_solution *solution, const char *revision)
{
    bool any = false;
    fprintf(file, "# What 'fotarig conform' found of a module with %s, as far as it was asked.\n",
            revision);
    for (size_t i = 0; i < library->probe_count; i++)
        if (solution->results[i].verdict == CONFORM_DIFFERS)
            fprintf(file, "# No setting explains %s: %s (the emulator: %s)\n",
                    library->probes[i].probe->name, solution->results[i].module.text,
                    solution->results[i].found.text);
    fprintf(file, "revision: %s\n", revision);
    for (unsigned i = 0; i < SIM_SETTING_COUNT; i++) {
        if (!solution->is_changed[i])
            continue;
        if (!any)
            fprintf(file, "settings:\n");
        any = true;
        write_setting(file, sim_setting_info(i), solution->settings[i]);
    }
}

/* A cell of a table in Markdown. */
static void write_cell(FILE *file, const char *text)
{
    fputs("| ", file);
    for (; *text; text++)
        if (*text == '|')
            fputs("\\|", file);
        else
            fputc(*text, file);
    fputc(' ', file);
}

void conform_write_sheet(FILE *file, const struct conform_library *library,
                         const struct conform_solution *solution, const char *revision,
                         const char *when)
{
    fprintf(
        file,
        "# %s, as it answered\n\nAsked by `fotarig conform` on %s. Tags: D documented, O "
        "observed, S seen on a sibling, I inferred. What was\nseen is O for this module and "
        "build, no law: where modules differ, a setting.\n\n"
        "| probe | question | seen | emulator | verdict | evidence |\n|---|---|---|---|---|---|\n",
        revision, when);
    for (size_t i = 0; i < library->probe_count; i++) {
        const struct conform_result *result = &solution->results[i];
        char evidence[300];
        if (result->verdict == CONFORM_UNASKED)
            continue;
        snprintf(evidence, sizeof evidence, "[O:%s, %s; before: %s]", revision, when,
                 library->probes[i].probe->evidence);
        write_cell(file, library->probes[i].probe->name);
        write_cell(file, library->probes[i].probe->asks);
        write_cell(file, result->module.text);
        write_cell(file, result->assumed.text);
        write_cell(file, conform_verdict_name(result->verdict));
        write_cell(file, evidence);
        fputs("|\n", file);
    }
}

void conform_write_table(FILE *file, const struct conform_library *library,
                         const char *const *revisions, size_t column_count,
                         const struct conform_view *views)
{
    fprintf(file, "%-*s", NAME_WIDTH, "probe");
    for (size_t column = 0; column < column_count; column++)
        fprintf(file, "  %-*.*s", CELL_WIDTH, CELL_WIDTH, revisions[column]);
    fputc('\n', file);
    for (size_t i = 0; i < library->probe_count; i++) {
        fprintf(file, "%-*.*s", NAME_WIDTH, NAME_WIDTH, library->probes[i].probe->name);
        for (size_t column = 0; column < column_count; column++)
            fprintf(file, "  %-*.*s", CELL_WIDTH, CELL_WIDTH,
                    conform_is_for(library->probes[i].probe, revisions[column])
                        ? views[column * library->probe_count + i].text
                        : "");
        fputc('\n', file);
    }
}
