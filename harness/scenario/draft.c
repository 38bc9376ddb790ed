/* draft.c - a case before and after the walk: defaults, and what one part demands of another. */
#include <stdio.h>
#include <string.h>

#include "harness/scenario/compile.h"

enum { BAUD_BPS = 115200 };

void scenario_draft_init(struct scenario_draft *draft)
{
    struct scenario_case *now = &draft->now;
    memset(draft, 0, sizeof(*draft));
    sim_config_init(&now->module);
    now->module.variant[0] = '\0';  /* none yet: that of the revision */
    now->module.revision[0] = '\0'; /* none yet: update.from */
    now->host.baud_bps = BAUD_BPS;
    now->job.package_size_bytes = UINT32_MAX; /* none yet: the package's */
    scenario_package_init(&now->package);
}

/* The node of update.<key>, for a place to complain at. */
static const struct scenario_node *update_node(const struct scenario_compiler *compiler,
                                               const char *key)
{
    return scenario_node_value(scenario_node_value(compiler->root, "update"), key);
}

static void check_revisions(struct scenario_compiler *compiler)
{
    const struct fota_job *job = &compiler->draft->now.job;
    if (job->from_revision && job->to_revision && strcmp(job->from_revision, job->to_revision) == 0)
        scenario_diagnose(compiler->diagnostics, update_node(compiler, "to")->at, NULL,
                          "'from' and 'to' are the same revision; an update changes it");
}

/* The variant or the revision that is not given is worked out of the other. */
static void identify(struct scenario_case *now)
{
    struct sim_config initial;
    char variant[sizeof(now->module.variant)], revision[sizeof(now->module.revision)];

    if (!now->module.revision[0] && now->job.from_revision)
        snprintf(now->module.revision, sizeof(now->module.revision), "%s", now->job.from_revision);
    memcpy(variant, now->module.variant, sizeof(variant));
    memcpy(revision, now->module.revision, sizeof(revision));
    sim_config_init(&initial);
    memcpy(now->module.variant, initial.variant, sizeof(now->module.variant));
    sim_config_identify(&now->module, variant[0] ? variant : NULL, revision[0] ? revision : NULL);
}

/* Where the package comes from must be said, unless the host has it. */
static void check_delivery(struct scenario_compiler *compiler)
{
    const struct fota_job *job = &compiler->draft->now.job;
    const struct scenario_node *package = update_node(compiler, "package");
    if (package && job->delivery == FOTA_DELIVERY_HTTP && !scenario_node_value(package, "url"))
        scenario_diagnose(compiler->diagnostics, package->at, NULL,
                          "missing key 'url' in 'update.package' (where the module fetches it)");
    if (package && job->delivery == FOTA_DELIVERY_FTP && !update_node(compiler, "ftp"))
        scenario_diagnose(compiler->diagnostics, update_node(compiler, "delivery")->at, NULL,
                          "missing key 'ftp' in 'update'; delivery ftp needs a server");
}

static bool is_before(struct scenario_place a, struct scenario_place b)
{
    return a.line < b.line || (a.line == b.line && a.column < b.column);
}

/* The first of the keys that the mapping has. */
static struct scenario_place find_first(const struct scenario_node *map, const char *const *keys,
                                        size_t count)
{
    struct scenario_place first = {0};
    for (size_t i = 0; i < count; i++) {
        const struct scenario_node *value = scenario_node_value(map, keys[i]);
        if (value && (first.line == 0 || is_before(value->at.place, first)))
            first = value->at.place;
    }
    return first;
}

/* What only an emulator can be told to be like, and what only the scenario's server has. */
static void find_conditions(struct scenario_compiler *compiler)
{
    static const char *const setup[] = {"profile", "imei", "files", "cells", "settings"};
    static const char *const package[] = {"from", "to", "variant", "sent", "damage-at", "http"};
    struct scenario_case *now = &compiler->draft->now;
    const struct scenario_node *module = scenario_node_value(compiler->root, "module");
    now->setup_place = find_first(module, setup, sizeof setup / sizeof setup[0]);
    if (now->job.delivery != FOTA_DELIVERY_PUSH)
        now->server_place = find_first(update_node(compiler, "package"), package,
                                       sizeof package / sizeof package[0]);
}

/* A trace lies beside the scenario that names it. */
static void find_replay(struct scenario_compiler *compiler)
{
    struct scenario_host *host = &compiler->draft->now.host;
    const char *path = compiler->diagnostics->path, *slash = strrchr(path, '/');
    char joined[SCENARIO_TEXT_MAX + 1024];
    if (!host->replay || host->replay[0] == '/' || !slash)
        return;
    int length =
        snprintf(joined, sizeof joined, "%.*s/%s", (int)(slash - path), path, host->replay);
    if (length > 0 && (size_t)length < sizeof joined)
        host->replay = scenario_arena_text(compiler->arena, joined, (size_t)length);
}

void scenario_draft_finish(struct scenario_compiler *compiler)
{
    struct scenario_case *now = &compiler->draft->now;

    identify(now);
    scenario_package_check(compiler, update_node(compiler, "package"), &now->package);
    scenario_package_finish(now, &now->package);
    for (size_t i = 0; i < now->module_file_count; i++)
        scenario_package_finish(now, &now->module_files[i].content);
    if (now->job.package_size_bytes == UINT32_MAX)
        now->job.package_size_bytes = now->package.size_bytes;
    find_replay(compiler);
    check_revisions(compiler);
    check_delivery(compiler);
    find_conditions(compiler);
}
