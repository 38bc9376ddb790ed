/* draft.c - a case before and after the walk: defaults, and what one part demands of another. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/scenario/compile.h"

enum { BAUD_BPS = 115200 };

void scenario_draft_init(struct scenario_draft *draft)
{
    struct scenario_case *now = &draft->now;
    memset(draft, 0, sizeof *draft);
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

/* A job of the file: `update`, or `then`, which need not have any key. */
struct update {
    const struct scenario_node *node;
    struct fota_job *job;
    struct scenario_package *package;
};

/* The key, or what stands for it where it is not named. */
static struct scenario_span span_of(const struct update *update, const char *key)
{
    const struct scenario_node *value = scenario_node_value(update->node, key);
    return value ? value->at : update->node->at;
}

static void check_revisions(struct scenario_compiler *compiler, const struct update *update)
{
    const struct fota_job *job = update->job;
    if (job->from_revision && job->to_revision && strcmp(job->from_revision, job->to_revision) == 0)
        scenario_diagnose(compiler->diagnostics, span_of(update, "to"), NULL,
                          "'from' and 'to' are the same revision; an update changes it");
}

/* The variant or the revision that is not given is worked out of the other. */
static void identify(struct scenario_case *now)
{
    struct sim_config initial;
    char variant[sizeof now->module.variant], revision[sizeof now->module.revision];

    if (!now->module.revision[0] && now->job.from_revision)
        snprintf(now->module.revision, sizeof now->module.revision, "%s", now->job.from_revision);
    memcpy(variant, now->module.variant, sizeof variant);
    memcpy(revision, now->module.revision, sizeof revision);
    sim_config_init(&initial);
    memcpy(now->module.variant, initial.variant, sizeof now->module.variant);
    sim_config_identify(&now->module, variant[0] ? variant : NULL, revision[0] ? revision : NULL);
}

/* Where the package comes from must be said, unless the host has it. */
static void check_delivery(struct scenario_compiler *compiler, const struct update *update)
{
    const struct fota_job *job = update->job;
    bool is_there =
        job->url || scenario_node_value(scenario_node_value(update->node, "package"), "url");
    bool has_server = job->ftp_server || scenario_node_value(update->node, "ftp");
    if (job->delivery == FOTA_DELIVERY_HTTP && !is_there)
        scenario_diagnose(compiler->diagnostics, span_of(update, "package"), NULL,
                          "missing key 'url' in 'update.package' (where the module fetches it)");
    if (job->delivery == FOTA_DELIVERY_FTP && !has_server)
        scenario_diagnose(compiler->diagnostics, span_of(update, "delivery"), NULL,
                          "missing key 'ftp' in 'update'; delivery ftp needs a server");
}

/* What one part of a job demands of another, and what the rest gives it. */
static void finish_update(struct scenario_compiler *compiler, const struct update *update)
{
    if (!update->node || update->node->kind != SCENARIO_NODE_MAPPING)
        return;
    scenario_package_check(compiler, scenario_node_value(update->node, "package"), update->package);
    scenario_package_finish(&compiler->draft->now, update->job, update->package);
    if (update->job->package_size_bytes == UINT32_MAX)
        update->job->package_size_bytes = update->package->size_bytes;
    check_revisions(compiler, update);
    check_delivery(compiler, update);
}

void scenario_compile_then(struct scenario_compiler *compiler, const struct scenario_key *key,
                           const struct scenario_node *value, void *target)
{
    struct scenario_draft *other = compiler->other;
    struct scenario_then *then = &compiler->draft->now.then;
    (void)key;
    (void)target;
    if (!compiler->draft->now.job.from_revision)
        return; /* `update` is not there, or in the wrong place: that is complained about */
    if (!other)
        other = compiler->other = scenario_arena_take(compiler->arena, sizeof *other);
    if (!other) {
        scenario_out_of_memory(compiler);
        return;
    }
    *other = *compiler->draft;
    scenario_walk(compiler, &scenario_then_schema, value, other);
    *then = (struct scenario_then){.place = value->at.place,
                                   .job = other->now.job,
                                   .checksum = other->now.checksum,
                                   .package = other->now.package,
                                   .after_us = other->now.then.after_us};
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

enum { FIRST_ERROR_CODE = 600 /* of HTTPTOFS: what it says without a server */ };

/* What only an emulator can be told to be like, and what only the scenario's server has. */
static void find_conditions(struct scenario_compiler *compiler)
{
    static const char *const setup[] = {"profile", "imei",       "files",
                                        "cells",   "parameters", "settings"};
    static const char *const body[] = {"sent", "damage-at", "http"};
    static const char *const package[] = {"from", "to", "variant"};
    struct scenario_case *now = &compiler->draft->now;
    const struct scenario_node *module = scenario_node_value(compiler->root, "module");
    now->setup_place = find_first(module, setup, sizeof setup / sizeof setup[0]);
    if (now->job.delivery == FOTA_DELIVERY_PUSH)
        return;
    const struct scenario_node *node = update_node(compiler, "package");
    now->server_place = find_first(node, body, sizeof body / sizeof body[0]);
    now->package_place = find_first(node, package, sizeof package / sizeof package[0]);
    if (now->package.http >= FIRST_ERROR_CODE && !now->package_place.line)
        now->package_place = now->server_place; /* no server can give it */
}

/* What is expected of the first of two jobs needs two. */
static void check_first(struct scenario_compiler *compiler)
{
    static const char *const keys[] = {"first-outcome", "first-reason"};
    const struct scenario_node *expect = scenario_node_value(compiler->root, "expect");
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const struct scenario_node *value = scenario_node_value(expect, keys[i]);
        if (value && !compiler->draft->now.then.place.line)
            scenario_diagnose(compiler->diagnostics, value->at, NULL,
                              "'%s' needs a second job, 'then'; of the only one it is '%s'",
                              keys[i], keys[i] + sizeof "first-" - 1);
    }
}

/* Whether a file lies in that folder or below it, when its links are followed; one that is not
   there is looked for later. */
static bool stays_inside(const char *folder, const char *name)
{
    char real_folder[PATH_MAX], real_name[PATH_MAX];
    if (!realpath(name, real_name))
        return true;
    if (!realpath(folder, real_folder))
        return false;
    size_t length = strlen(real_folder);
    return strncmp(real_folder, real_name, length) == 0 && real_name[length] == '/';
}

static bool leads_out(const char *name)
{
    for (const char *at = name; at; at = strchr(at, '/'), at = at ? at + 1 : NULL)
        if (strncmp(at, "..", 2) == 0 && (at[2] == '/' || at[2] == '\0'))
            return true;
    return name[0] == '/';
}

/* A trace lies beside the scenario that names it, or below: a stranger's scenario reads no other.
 */
static void find_replay(struct scenario_compiler *compiler)
{
    struct scenario_host *host = &compiler->draft->now.host;
    const char *path = compiler->diagnostics->path, *slash = strrchr(path, '/');
    char joined[SCENARIO_TEXT_MAX + 1024], folder[1024] = ".";
    if (!host->replay)
        return;
    if (slash)
        snprintf(folder, sizeof folder, "%.*s/", (int)(slash - path), path);
    const struct scenario_node *value =
        scenario_node_value(scenario_node_value(compiler->root, "host"), "replay");
    int length = snprintf(joined, sizeof joined, "%s%s", slash ? folder : "", host->replay);
    if (leads_out(host->replay) || !stays_inside(folder, joined))
        scenario_diagnose(compiler->diagnostics, value ? value->at : (struct scenario_span){0},
                          NULL, "the trace must lie in the folder of the scenario, or below it");
    else if (length > 0 && (size_t)length < sizeof joined)
        host->replay = scenario_arena_text(compiler->arena, joined, (size_t)length);
}

void scenario_draft_finish(struct scenario_compiler *compiler)
{
    struct scenario_case *now = &compiler->draft->now;

    const struct update first = {scenario_node_value(compiler->root, "update"), &now->job,
                                 &now->package};
    const struct update second = {scenario_node_value(compiler->root, "then"), &now->then.job,
                                  &now->then.package};

    identify(now);
    finish_update(compiler, &first);
    if (now->then.place.line)
        finish_update(compiler, &second);
    for (size_t i = 0; i < now->module_file_count; i++)
        scenario_package_finish(now, &now->job, &now->module_files[i].content);
    find_replay(compiler);
    check_first(compiler);
    find_conditions(compiler);
}
