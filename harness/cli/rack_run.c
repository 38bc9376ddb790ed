/* rack_run.c - rack files on the command line, and `run --rack`: scenarios over the slots of a
 * rack. */
#include "harness/cli/rack_run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/whole_file.h"
#include "harness/rack/hook.h"
#include "harness/rack/http_server.h"
#include "harness/rack/rack_use.h"
#include "reports/file.h"

/* ---- files ----------------------------------------------------------------------------------- */

struct rack *cli_rack_load(const struct cli_command *command, const char *path)
{
    struct scenario_errors errors;
    struct rack *rack = NULL;
    size_t size = 0;
    uint8_t *bytes = cli_file_read(path, RACK_FILE_BYTES_MAX + 1, &size);

    if (!bytes) {
        cli_error(command, "%s cannot be read: %s", path, report_file_reason(errno));
        return NULL;
    }
    rack_read(path, (const char *)bytes, size, &rack, &errors);
    if (errors.text)
        fprintf(stderr, "%s\n", errors.text);
    scenario_errors_done(&errors);
    cli_file_free(bytes);
    return rack;
}

struct rack_slot *cli_rack_choose(const struct cli_command *command, const struct rack *rack,
                                  const struct cli_list *names, size_t *ret_count)
{
    struct rack_slot *chosen = calloc(rack->slot_count, sizeof *chosen);
    *ret_count = 0;
    if (!chosen)
        cli_error(command, "%s: out of memory", rack->path);
    for (size_t i = 0; chosen && i < names->count; i++)
        if (!rack_find(rack, names->items[i])) {
            cli_error(command, "%s has no slot '%s'", rack->path, names->items[i]);
            free(chosen);
            return NULL;
        }
    for (size_t i = 0; chosen && i < rack->slot_count; i++) {
        bool wanted = names->count == 0;
        for (size_t j = 0; j < names->count; j++)
            wanted = wanted || strcmp(names->items[j], rack->slots[i].name) == 0;
        if (wanted)
            chosen[(*ret_count)++] = rack->slots[i];
    }
    return chosen;
}

/* ---- run ------------------------------------------------------------------------------------- */

static void print_plan(struct rack_campaign *racked, const struct campaign *campaign)
{
    char text[CAMPAIGN_TEXT_MAX];
    for (size_t i = 0; i < campaign->case_count; i++) {
        const struct campaign_case *planned = &campaign->cases[i];
        const struct rack_slot *slot;
        if (!planned->one)
            continue;
        bool runs = rack_campaign_plan(racked, planned->one, &slot, text);
        printf(runs ? "  runs     %s/%s\n           at first on slot %s\n"
                    : "  skipped  %s/%s\n           %s\n",
               planned->scenario->group, planned->one->name, runs ? slot->name : text);
    }
    rack_campaign_print(racked, stdout);
}

/* Reads the packages that the slots serve themselves. */
static bool measure(const struct cli_command *command, const struct rack_slot *slots, size_t count)
{
    char text[RACK_TEXT_MAX];
    for (size_t i = 0; i < count; i++)
        if (!rack_http_measure(slots[i].packages, slots[i].package_count, text)) {
            cli_error(command, "slot %s: %s", slots[i].name, text);
            return false;
        }
    return true;
}

/* Runs what was planned; the lab's faults make 4 of a status of 0. */
static int run_racked(struct rack_campaign *racked, struct cli_campaign *made, bool plan)
{
    struct campaign *campaign = &made->campaign;
    if (!rack_campaign_begin(racked)) {
        cli_error(made->command, "the modules cannot be asked: %s", report_file_reason(errno));
        return CLI_EXIT_ENVIRONMENT;
    }
    if (plan) {
        print_plan(racked, campaign);
        return campaign->selection.invalid_count ? CLI_EXIT_INVALID : CLI_EXIT_OK;
    }
    campaign->options.jobs = (uint32_t)racked->slot_count;
    campaign->options.real_time = true;
    int status = cli_campaign_run_planned(made, &rack_use, racked);
    rack_campaign_rest(racked);
    if (campaign->options.out)
        rack_campaign_print(racked, campaign->options.out);
    return status == CLI_EXIT_OK && rack_campaign_quarantined(racked) ? CLI_EXIT_ENVIRONMENT
                                                                      : status;
}

int cli_rack_run(struct cli_campaign *made, const struct campaign_case_context *base,
                 const struct cli_rack_options *options, bool allow_update, bool plan)
{
    struct rack *rack = cli_rack_load(made->command, options->path);
    size_t count = 0;
    if (!rack)
        return CLI_EXIT_INVALID;
    struct rack_slot *slots = cli_rack_choose(made->command, rack, &options->slots, &count);
    struct rack_campaign racked = {.rack = rack,
                                   .slots = slots,
                                   .slot_count = count,
                                   .allow_update = allow_update,
                                   .may_act = !plan,
                                   .base = *base};
    int status = slots && measure(made->command, slots, count) ? run_racked(&racked, made, plan)
                                                               : CLI_EXIT_INVALID;
    rack_campaign_done(&racked);
    free(slots);
    rack_free(rack);
    return status;
}
