/* lists.c - keys whose value is more than one member: lists and settings. */
#include <stdio.h>
#include <string.h>

#include "harness/scenario/compile.h"
#include "harness/text/setting.h"
#include "sim/catalogue.h"

enum {
    SHOWN = 64,         /* of a key in a message, in bytes */
    SIZE_BYTES = 109285 /* of a package that names none: the sample of FOTA100 */
};

void scenario_compile_names(struct scenario_compiler *compiler, const struct scenario_key *key,
                            const struct scenario_node *value, void *target)
{
    const struct scenario_node *item = scenario_items(compiler, key, value);
    const char *const **list = (void *)((char *)target + key->offset);
    size_t count = 0;

    if (!item || *list)
        return;
    const char **names = scenario_arena_take(compiler->arena, (value->count + 1) * sizeof *names);
    if (!names) {
        scenario_out_of_memory(compiler);
        return;
    }
    for (; item; item = item->next)
        if (scenario_store_item(compiler, key, item, &names[count]))
            count++;
    *list = names;
}

void scenario_compile_refuses(struct scenario_compiler *compiler, const struct scenario_key *key,
                              const struct scenario_node *value, void *target)
{
    const struct scenario_node *item = scenario_items(compiler, key, value);
    struct scenario_draft *draft = target;
    uint32_t request = 0;

    for (; item; item = item->next)
        if (scenario_store_item(compiler, key, item, &request))
            draft->now.host.refused |= 1u << request;
}

void scenario_compile_unjudged(struct scenario_compiler *compiler, const struct scenario_key *key,
                               const struct scenario_node *value, void *target)
{
    const struct scenario_node *item = scenario_items(compiler, key, value);
    struct scenario_draft *draft = target;
    uint8_t check = 0;

    draft->now.job.unjudged = 0; /* not those of a job before */
    for (; item; item = item->next)
        if (scenario_store_item(compiler, key, item, &check))
            draft->now.job.unjudged = (uint8_t)(draft->now.job.unjudged | 1u << check);
}

/* ---- files ----------------------------------------------------------------------------------- */

static void complain_of_folder(struct scenario_compiler *compiler, const struct scenario_node *node,
                               const char *path)
{
    char allowed[200];
    size_t length = (size_t)snprintf(allowed, sizeof allowed, "allowed:");
    for (size_t i = 0; sim_directory(i) && length < sizeof allowed; i++)
        length += (size_t)snprintf(allowed + length, sizeof allowed - length, "%s %s", i ? "," : "",
                                   sim_directory(i));
    scenario_diagnose(compiler->diagnostics, node->at, allowed,
                      "'%s' is in no folder of the module", path);
}

/* Splits a path into folder and name; false with a complaint. */
static bool split_path(struct scenario_compiler *compiler, const struct scenario_node *node,
                       const char *path, uint8_t *ret_directory, const char **ret_name)
{
    for (size_t i = 0; sim_directory(i); i++) {
        size_t length = strlen(sim_directory(i));
        if (strncmp(path, sim_directory(i), length) != 0)
            continue;
        *ret_directory = (uint8_t)i;
        *ret_name = path + length;
        if (**ret_name && strlen(*ret_name) <= 50 && !strchr(*ret_name, '/'))
            return true;
        scenario_diagnose(compiler->diagnostics, node->at, NULL,
                          "'%s' has no file name of 1 to 50 characters", path);
        return false;
    }
    complain_of_folder(compiler, node, path);
    return false;
}

/* Bytes that are there, and a damaged one among them. */
void scenario_package_check(struct scenario_compiler *compiler, const struct scenario_node *node,
                            struct scenario_package *package)
{
    const struct scenario_node *sent = scenario_node_value(node, "sent");
    const struct scenario_node *damage = scenario_node_value(node, "damage-at");

    if (package->sent_bytes == UINT32_MAX)
        package->sent_bytes = package->size_bytes;
    if (sent && package->sent_bytes > package->size_bytes)
        scenario_diagnose(compiler->diagnostics, sent->at, NULL,
                          "'sent' is more than the package has; its size is %uB",
                          package->size_bytes);
    if (damage && package->damage_at != UINT32_MAX && package->damage_at >= package->sent_bytes)
        scenario_diagnose(compiler->diagnostics, damage->at, NULL,
                          "'damage-at' is behind the end; %uB are sent", package->sent_bytes);
}

void scenario_package_init(struct scenario_package *package)
{
    *package = (struct scenario_package){
        .size_bytes = SIZE_BYTES, .sent_bytes = UINT32_MAX, .damage_at = UINT32_MAX, .http = 200};
}

void scenario_package_finish(const struct scenario_case *one, const struct fota_job *job,
                             struct scenario_package *package)
{
    if (!package->from[0] && job->from_revision)
        snprintf(package->from, sizeof package->from, "%s", job->from_revision);
    if (!package->to[0] && job->to_revision)
        snprintf(package->to, sizeof package->to, "%s", job->to_revision);
    if (!package->variant[0])
        memcpy(package->variant, one->module.variant, sizeof package->variant);
}

static void add_file(struct scenario_compiler *compiler, const struct scenario_node *node)
{
    struct scenario_case *now = &compiler->draft->now;
    struct scenario_file_draft file = {0};
    const char *name;
    uint8_t directory;

    scenario_package_init(&file.content);
    scenario_walk(compiler, &scenario_file_schema, node, &file);
    scenario_package_check(compiler, node, &file.content);
    if (!file.path)
        return;
    const struct scenario_node *path = scenario_node_value(node, "path");
    if (!split_path(compiler, path, file.path, &directory, &name))
        return;
    for (size_t i = 0; i < now->module_file_count; i++)
        if (now->module_files[i].directory == directory &&
            strcmp(now->module_files[i].name, name) == 0)
            scenario_diagnose(compiler->diagnostics, path->at, NULL, "'%s' is there already",
                              file.path);
    now->module_files[now->module_file_count].directory = directory;
    snprintf(now->module_files[now->module_file_count].name, sizeof now->module_files[0].name, "%s",
             name);
    now->module_files[now->module_file_count].content = file.content;
    now->module_file_count++;
}

void scenario_compile_files(struct scenario_compiler *compiler, const struct scenario_key *key,
                            const struct scenario_node *value, void *target)
{
    const struct scenario_node *item = scenario_items(compiler, key, value);
    (void)target;
    compiler->draft->now.module_file_count = 0; /* not those of a profile */
    for (size_t count = 0; item; item = item->next, count++) {
        if (count == SIM_INITIAL_FILES) {
            scenario_diagnose(compiler->diagnostics, item->at, NULL,
                              "too many files; a module has at most %d at the start",
                              SIM_INITIAL_FILES);
            return;
        }
        if (item->kind != SCENARIO_NODE_BROKEN)
            add_file(compiler, item);
    }
}

/* ---- settings -------------------------------------------------------------------------------- */

static const char *setting_name(const void *unused, size_t index)
{
    (void)unused;
    return sim_setting_info((unsigned)index)->name;
}

static void refuse_setting(struct scenario_compiler *compiler, const struct scenario_node *key)
{
    char shown[SHOWN];
    const char *nearest =
        text_nearest(key->text, key->length, setting_name, NULL, SIM_SETTING_COUNT);
    scenario_printable(shown, sizeof shown, key->text, key->length);
    if (nearest)
        scenario_diagnose(compiler->diagnostics, key->at, NULL,
                          "unknown setting '%s'; did you mean '%s'?", shown, nearest);
    else
        scenario_diagnose(compiler->diagnostics, key->at, NULL,
                          "unknown setting '%s'; 'fotarig facts' lists them", shown);
}

/* Complains about a word; those of the setting are copied, for its list has no NULs. */
static void refuse_choice(struct scenario_compiler *compiler, const struct sim_setting_info *info,
                          const struct scenario_node *value)
{
    const char *words[32], *at;
    struct scenario_words list = {.names = words};
    size_t length;
    while (list.count < 32 && (at = text_choice(text_setting_words(info), list.count, &length))) {
        words[list.count] = scenario_arena_text(compiler->arena, at, length);
        if (!words[list.count++]) {
            scenario_out_of_memory(compiler);
            return;
        }
    }
    scenario_refuse_word(compiler, info->name, value, &list);
}

static bool take_choice(struct scenario_compiler *compiler, const struct sim_setting_info *info,
                        const struct scenario_node *value, int32_t *ret_value)
{
    int word = text_choice_find(text_setting_words(info), value->text, value->length);
    if (word < 0)
        refuse_choice(compiler, info, value);
    else
        *ret_value = word;
    return word >= 0;
}

static bool take_setting(struct scenario_compiler *compiler, const struct sim_setting_info *info,
                         const struct scenario_node *value, int32_t *ret_value)
{
    int64_t number;
    int32_t divisor;
    enum text_quantity quantity = text_setting_quantity(info, &divisor);

    if (value->kind != SCENARIO_NODE_SCALAR) {
        if (value->kind != SCENARIO_NODE_BROKEN)
            scenario_diagnose(compiler->diagnostics, value->at, NULL,
                              "'%s' takes one value, no list or mapping", info->name);
        return false;
    }
    if (text_setting_is_word(info))
        return take_choice(compiler, info, value, ret_value);
    if (!scenario_take_number(compiler, info->name, value, quantity,
                              (int64_t)info->minimum * divisor, (int64_t)info->maximum * divisor,
                              &number))
        return false;
    if (number % divisor != 0)
        scenario_diagnose(compiler->diagnostics, value->at, NULL,
                          "'%s' is finer than a millisecond; '%s' is kept in ms", value->text,
                          info->name);
    *ret_value = (int32_t)(number / divisor);
    return number % divisor == 0;
}

static void note_named(struct scenario_case *one, unsigned setting)
{
    one->settings_named[setting / 8] =
        (uint8_t)(one->settings_named[setting / 8] | 1u << setting % 8);
}

/* One "name: value" of a mapping of settings; false with a complaint. */
bool scenario_read_setting(struct scenario_compiler *compiler, const struct scenario_node *key,
                           uint16_t *ret_setting, int32_t *ret_value)
{
    if (key->skip)
        return false;
    int setting = sim_setting_find(key->text, key->length);
    if (setting < 0) {
        refuse_setting(compiler, key);
        return false;
    }
    const struct scenario_node *value = scenario_resolve(compiler, key->value);
    *ret_setting = (uint16_t)setting;
    return value && take_setting(compiler, sim_setting_info((unsigned)setting), value, ret_value);
}

static const struct scenario_node *settings_of(struct scenario_compiler *compiler,
                                               const struct scenario_key *key,
                                               const struct scenario_node *value)
{
    if (value->kind == SCENARIO_NODE_MAPPING && value->first)
        return value->first;
    scenario_diagnose(compiler->diagnostics, value->at, NULL,
                      "'%s' takes a mapping of settings: {answer-delay: 50ms}", key->name);
    return NULL;
}

void scenario_compile_settings(struct scenario_compiler *compiler, const struct scenario_key *key,
                               const struct scenario_node *value, void *target)
{
    struct scenario_draft *draft = target;
    const struct scenario_node *at = settings_of(compiler, key, value);
    uint16_t setting;
    int32_t number;
    for (; at; at = at->next)
        if (scenario_read_setting(compiler, at, &setting, &number)) {
            draft->now.module.settings[setting] = number;
            note_named(&draft->now, setting);
        }
}

/* One point of a waveform; times rise. False with a complaint. */
static bool read_point(struct scenario_compiler *compiler, const struct scenario_key *key,
                       const struct scenario_node *time, int64_t after_us,
                       struct scenario_action *action)
{
    const struct sim_setting_info *info = sim_setting_info(SIM_SETTING_SUPPLY);
    int64_t time_us, supply_mv;
    const struct scenario_node *value = scenario_resolve(compiler, time->value);
    if (time->skip || !value || value->kind != SCENARIO_NODE_SCALAR ||
        !scenario_take_number(compiler, key->name, time, TEXT_DURATION, 0, INT32_MAX * 1000LL,
                              &time_us) ||
        !scenario_take_number(compiler, key->name, value, TEXT_VOLTAGE, info->minimum,
                              info->maximum, &supply_mv))
        return false;
    if (time_us % 1000 != 0 || time_us <= after_us) {
        scenario_diagnose(compiler->diagnostics, time->at, NULL,
                          "the times of a waveform rise, in whole milliseconds");
        return false;
    }
    action->number = (uint32_t)(time_us / 1000);
    action->value = (int32_t)supply_mv;
    return true;
}

void scenario_compile_supply(struct scenario_compiler *compiler, const struct scenario_key *key,
                             const struct scenario_node *value, void *target)
{
    enum { POINTS_MAXIMUM = 7 }; /* the module keeps eight, and one is the voltage before */
    struct scenario_action *action = target;
    const struct scenario_node *at = value->kind == SCENARIO_NODE_MAPPING ? value->first : NULL;
    int64_t after_us = -1;
    if (!at)
        scenario_diagnose(compiler->diagnostics, value->at, NULL,
                          "'%s' takes a mapping of times to voltages: {0s: 3.8V, 200ms: 2.8V}",
                          key->name);
    for (unsigned count = 0; at; at = at->next) {
        if (++count > POINTS_MAXIMUM) {
            scenario_diagnose(compiler->diagnostics, at->at, NULL,
                              "too many points; a waveform has at most %d", POINTS_MAXIMUM);
            return;
        }
        if (!read_point(compiler, key, at, after_us, action))
            return;
        after_us = action->number * 1000LL;
        if (!at->next)
            return;
        action = scenario_add_action(compiler, at->next);
        if (!action)
            return;
        action->kind = SCENARIO_ACTION_SUPPLY;
    }
}

void scenario_compile_set(struct scenario_compiler *compiler, const struct scenario_key *key,
                          const struct scenario_node *value, void *target)
{
    struct scenario_action *action = target;
    const struct scenario_node *at = settings_of(compiler, key, value);
    for (; at; at = at->next) {
        if (!scenario_read_setting(compiler, at, &action->setting, &action->value))
            continue;
        note_named(&compiler->draft->now, action->setting);
        if (!at->next)
            continue;
        action = scenario_add_action(compiler, at->next);
        if (!action)
            return;
        action->kind = SCENARIO_ACTION_SET;
    }
}
