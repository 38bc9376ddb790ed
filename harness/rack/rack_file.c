/* rack_file.c - a rack file from its bytes to its slots: tables, and what the tables can't say. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/rack/rack.h"
#include "harness/scenario/compile.h"
#include "harness/scenario/json_schema.h"
#include "harness/scenario/schema_rows.h"

enum {
    SPEED_MOST = 1000,
    LIMIT_LEAST_US = 100000,
    LIMIT_MOST_US = 3600000000,
    WORDS_MOST = 62 /* of a hook: what it is called for and the slot come behind */
};

/* What the file is compiled into. */
struct draft {
    const char *name;
    struct rack_slot common; /* hooks and limits of all slots */
    struct rack_slot *slots;
    size_t slot_count;
};

/* What rack_read() hands out; its memory is all in the arena. */
struct loaded {
    struct rack rack; /* first: the caller has its address */
    struct scenario_arena arena;
};

/* ---- lists ----------------------------------------------------------------------------------- */

static void compile_hook(struct scenario_compiler *compiler, const struct scenario_key *key,
                         const struct scenario_node *value, void *target)
{
    struct rack_hook *hook = (void *)((char *)target + key->offset);
    const struct scenario_node *item;
    const char **words =
        scenario_take_items(compiler, key, value, WORDS_MOST, sizeof *words, &item);
    hook->words = words;
    hook->word_count = 0;
    for (; item; item = item->next)
        if (scenario_store_item(compiler, key, item, &words[hook->word_count]))
            hook->word_count++;
}

/* ---- hooks ----------------------------------------------------------------------------------- */

#define X(hook, word, limit, text)                                                                 \
    {.name = word,                                                                                 \
     .type = SCENARIO_TYPE_LINE,                                                                   \
     .flags = SCENARIO_LIST | SCENARIO_FIXED,                                                      \
     .minimum = 1,                                                                                 \
     .maximum = 1000,                                                                              \
     MEMBER(struct rack_slot, hooks[RACK_HOOK_##hook]),                                            \
     .compile = compile_hook,                                                                      \
     .help = text "; a list of words, no shell reads them"},
static const struct scenario_key hook_keys[] = {RACK_HOOKS(X)};
#undef X

#define X(hook, word, limit, text)                                                                 \
    {.name = word,                                                                                 \
     .type = SCENARIO_TYPE_DURATION,                                                               \
     .flags = SCENARIO_FIXED,                                                                      \
     .minimum = LIMIT_LEAST_US,                                                                    \
     .maximum = LIMIT_MOST_US,                                                                     \
     MEMBER(struct rack_slot, hooks[RACK_HOOK_##hook].limit_us),                                   \
     .help = "time that the hook may take"},
static const struct scenario_key limit_keys[] = {RACK_HOOKS(X)};
#undef X

static const struct scenario_map hooks_map = {
    .name = "hooks", .keys = hook_keys, .count = COUNT(hook_keys)};
static const struct scenario_map limits_map = {
    .name = "limits", .keys = limit_keys, .count = COUNT(limit_keys)};

#define HOOK_ROWS(where)                                                                           \
    {.name = "hooks",                                                                              \
     .type = SCENARIO_TYPE_MAP,                                                                    \
     .map = &hooks_map,                                                                            \
     .offset = (where),                                                                            \
     .flags = SCENARIO_FIRST | SCENARIO_FIXED,                                                     \
     .help = "programs that act on the module's surroundings"},                                    \
    {                                                                                              \
        .name = "limits", .type = SCENARIO_TYPE_MAP, .map = &limits_map, .offset = (where),        \
        .flags = SCENARIO_FIRST | SCENARIO_FIXED, .help = "time that each hook may take"           \
    }

/* ---- packages -------------------------------------------------------------------------------- */

#define REVISION_ROW(word, member_name, text)                                                      \
    {                                                                                              \
        .name = word, .type = SCENARIO_TYPE_LINE, REVISION,                                        \
        MEMBER(struct rack_package, member_name), .flags = SCENARIO_REQUIRED | SCENARIO_FIXED,     \
        .help = text                                                                               \
    }

static const struct scenario_key package_keys[] = {
    REVISION_ROW("from", from, "revision that it is for"),
    REVISION_ROW("to", to, "revision that it leads to"),
    {.name = "url",
     .type = SCENARIO_TYPE_LINE,
     .form = SCENARIO_FORM_URL,
     .minimum = 1,
     .maximum = 256,
     MEMBER(struct rack_package, url),
     .flags = SCENARIO_FIXED,
     .help = "where the module finds it"},
    {.name = "file",
     .type = SCENARIO_TYPE_LINE,
     .minimum = 1,
     .maximum = 1000,
     MEMBER(struct rack_package, file),
     .flags = SCENARIO_FIXED,
     .help = "in place of url: a file that this machine serves, see http"},
    {.name = "variant",
     .type = SCENARIO_TYPE_LINE,
     .form = SCENARIO_FORM_VISIBLE,
     .minimum = 1,
     .maximum = 32,
     MEMBER(struct rack_package, variant),
     .flags = SCENARIO_FIXED,
     .help = "variant that it is for; that of the slot"},
};
static const struct scenario_map package_map = {
    .name = "packages", .keys = package_keys, .count = COUNT(package_keys)};

static void compile_packages(struct scenario_compiler *compiler, const struct scenario_key *key,
                             const struct scenario_node *value, void *target)
{
    struct rack_slot *slot = target;
    const struct scenario_node *item;
    struct rack_package *packages =
        scenario_take_items(compiler, key, value, RACK_PACKAGES_MAX, sizeof *packages, &item);
    slot->packages = packages;
    for (; item; item = item->next)
        scenario_walk(compiler, &package_map, item, &packages[slot->package_count++]);
}

/* ---- slots ----------------------------------------------------------------------------------- */

#define X(name, text) text,
static const char *const far_end_names[] = {RACK_FAR_ENDS(X)};
#undef X
static const struct scenario_words far_ends = WORDS(0, far_end_names);

#define TEXT_ROW(word, member_name, form_name, least, most, text)                                  \
    {                                                                                              \
        .name = word, .type = SCENARIO_TYPE_LINE, .form = SCENARIO_FORM_##form_name,               \
        .minimum = (least), .maximum = (most), MEMBER(struct rack_slot, member_name),              \
        .flags = SCENARIO_FIXED, .help = text                                                      \
    }

static const struct scenario_key slot_keys[] = {
    {.name = "slot",
     .type = SCENARIO_TYPE_LINE,
     .form = SCENARIO_FORM_VISIBLE,
     .minimum = 1,
     .maximum = 32,
     MEMBER(struct rack_slot, name),
     .flags = SCENARIO_REQUIRED | SCENARIO_FIXED,
     .help = "its name"},
    TEXT_ROW("transport", transport, ANY, 1, 500, "URL of the port, as in run --module"),
    TEXT_ROW("imei", imei, DIGITS, 15, 15, "of the module that must be there"),
    TEXT_ROW("variant", variant, VISIBLE, 1, 32, "of the module that must be there"),
    {.name = "far-end",
     .type = SCENARIO_TYPE_WORD,
     .words = &far_ends,
     MEMBER(struct rack_slot, far_end),
     .flags = SCENARIO_FIXED,
     .help = "what stands behind the port; module"},
    {.name = "speed",
     .type = SCENARIO_TYPE_NUMBER,
     .minimum = 1,
     .maximum = SPEED_MOST,
     MEMBER(struct rack_slot, speed),
     .flags = SCENARIO_FIXED,
     .help = "of an emulated module behind the port; 1"},
    HOOK_ROWS(0),
    TEXT_ROW("http", http, VISIBLE, 3, 150, "HOST:PORT where this machine serves its packages"),
    TEXT_ROW("http-url", http_url, URL, 10, 200,
             "http://HOST:PORT where the module finds that; by the same address"),
    {.name = "packages",
     .type = SCENARIO_TYPE_MAP,
     .map = &package_map,
     .flags = SCENARIO_LIST | SCENARIO_FIXED,
     .compile = compile_packages,
     .help = "update packages that lie somewhere for this module"},
    {.name = "fixtures",
     .type = SCENARIO_TYPE_LINE,
     .form = SCENARIO_FORM_VISIBLE,
     .minimum = 1,
     .maximum = 40,
     .flags = SCENARIO_LIST | SCENARIO_FIXED,
     MEMBER(struct rack_slot, fixtures),
     .compile = scenario_compile_names,
     .help = "what stands around the module, by the names that scenarios ask for"},
    {.name = "updates-most",
     .type = SCENARIO_TYPE_NUMBER,
     .minimum = 1,
     .maximum = 100000,
     MEMBER(struct rack_slot, updates_most),
     .flags = SCENARIO_FIXED,
     .help = "updates in one campaign that the module may take; no limit"},
    TEXT_ROW("out-of-service", out_of_service, ANY, 1, 200, "why it is not used now"),
    TEXT_ROW("notes", notes, ANY, 1, 500, "for people"),
};
static const struct scenario_map slot_map = {
    .name = "slots", .keys = slot_keys, .count = COUNT(slot_keys)};

static bool is_doubled(const struct draft *draft, const char *name)
{
    for (size_t i = 0; i < draft->slot_count; i++)
        if (draft->slots[i].name && strcmp(draft->slots[i].name, name) == 0)
            return true;
    return false;
}

/* Where the module finds a file that this machine serves. */
static const char *url_of_file(struct scenario_compiler *compiler, const struct rack_slot *slot,
                               size_t number)
{
    char url[300];
    const char *base = slot->http_url ? slot->http_url : slot->http;
    int length = snprintf(url, sizeof url, "%s%.200s/%zu/update.zip",
                          slot->http_url ? "" : "http://", base, number);
    const char *kept = scenario_arena_text(compiler->arena, url, (size_t)length);
    if (!kept)
        scenario_out_of_memory(compiler);
    return kept;
}

static void check_package(struct scenario_compiler *compiler, const struct scenario_node *node,
                          struct rack_slot *slot, size_t number)
{
    struct rack_package *package = &slot->packages[number];
    if (package->from && package->to && strcmp(package->from, package->to) == 0)
        scenario_diagnose(compiler->diagnostics, node->at, NULL,
                          "the package from %s leads to the same revision", package->from);
    if (!package->url == !package->file)
        scenario_diagnose(compiler->diagnostics, node->at, NULL,
                          "a package has a 'url' where the module finds it, or a 'file' that this "
                          "machine serves");
    else if (package->file && !slot->http)
        scenario_diagnose(compiler->diagnostics, node->at, NULL,
                          "nothing serves '%s': the slot needs 'http', as in http: '10.0.0.1:8080'",
                          package->file);
    else if (package->file)
        package->url = url_of_file(compiler, slot, number);
}

/* What the rows can't say of a slot. */
static void check_slot(struct scenario_compiler *compiler, const struct draft *draft,
                       const struct scenario_node *node, struct rack_slot *slot)
{
    if (slot->name && is_doubled(draft, slot->name))
        scenario_diagnose(compiler->diagnostics, node->at, NULL,
                          "slot '%s' stands twice; each name is for one module", slot->name);
    if (!slot->transport && !slot->hooks[RACK_HOOK_PLACE].words)
        scenario_diagnose(compiler->diagnostics, node->at, NULL,
                          "no way to the module: the slot needs 'transport' or a 'place' hook");
    if (slot->speed != 1 && slot->far_end == RACK_FAR_END_MODULE)
        scenario_diagnose(compiler->diagnostics, node->at, NULL,
                          "'speed' is for emulated modules; add 'far-end: emulator'");
    for (size_t i = 0; i < slot->package_count; i++)
        check_package(compiler, node, slot, i);
}

static void compile_slots(struct scenario_compiler *compiler, const struct scenario_key *key,
                          const struct scenario_node *value, void *target)
{
    struct draft *draft = target;
    const struct scenario_node *item;
    draft->slots =
        scenario_take_items(compiler, key, value, RACK_SLOTS_MAX, sizeof *draft->slots, &item);
    for (; item; item = item->next) {
        struct rack_slot *slot = &draft->slots[draft->slot_count];
        *slot = draft->common;
        slot->place = item->at.place;
        scenario_walk(compiler, &slot_map, item, slot);
        check_slot(compiler, draft, item, slot);
        draft->slot_count++;
    }
}

/* ---- the file -------------------------------------------------------------------------------- */

static const struct scenario_key file_keys[] = {
    {.name = "rack",
     .type = SCENARIO_TYPE_LINE,
     .minimum = 1,
     .maximum = 64,
     MEMBER(struct draft, name),
     .flags = SCENARIO_REQUIRED | SCENARIO_FIXED,
     .help = "its name"},
    HOOK_ROWS(offsetof(struct draft, common)),
    {.name = "slots",
     .type = SCENARIO_TYPE_MAP,
     .map = &slot_map,
     .flags = SCENARIO_REQUIRED | SCENARIO_LIST | SCENARIO_FIXED,
     .compile = compile_slots,
     .help = "its modules"},
};
static const struct scenario_map file_map = {
    .name = "", .keys = file_keys, .count = COUNT(file_keys)};

static const struct scenario_sheet sheet = {
    .kind = "rack file", .bytes_max = RACK_FILE_BYTES_MAX, .map = &file_map};

char *rack_json_schema(void)
{
    return scenario_map_json_schema(&file_map, "rack file of fotarig");
}

static void set_defaults(struct rack_slot *common)
{
    static const uint64_t limits_ms[] = {
#define X(name, word, limit_ms, text) limit_ms,
        RACK_HOOKS(X)
#undef X
    };
    *common = (struct rack_slot){.speed = 1};
    for (size_t i = 0; i < RACK_HOOK_COUNT; i++)
        common->hooks[i].limit_us = limits_ms[i] * 1000;
}

bool rack_read(const char *path, const char *source, size_t size, struct rack **ret_rack,
               struct scenario_errors *reterr_errors)
{
    struct loaded *loaded = calloc(1, sizeof *loaded);
    struct draft draft = {0};
    set_defaults(&draft.common);
    bool good = scenario_sheet_read(&sheet, path, source, size, loaded ? &loaded->arena : NULL,
                                    &draft, reterr_errors);
    *ret_rack = NULL;
    if (!good) {
        rack_free(loaded ? &loaded->rack : NULL);
        return false;
    }
    loaded->rack = (struct rack){.path = scenario_arena_text(&loaded->arena, path, strlen(path)),
                                 .name = draft.name,
                                 .slots = draft.slots,
                                 .slot_count = draft.slot_count};
    *ret_rack = &loaded->rack;
    return true;
}

void rack_free(struct rack *rack)
{
    struct loaded *loaded = (struct loaded *)rack;
    if (!loaded)
        return;
    scenario_arena_done(&loaded->arena);
    free(loaded);
}

/* ---- questions ------------------------------------------------------------------------------- */

const char *rack_hook_name(unsigned kind)
{
#define X(name, word, ...) word,
    static const char *const names[] = {RACK_HOOKS(X)};
#undef X
    return kind < RACK_HOOK_COUNT ? names[kind] : NULL;
}

const struct rack_slot *rack_find(const struct rack *rack, const char *name)
{
    for (size_t i = 0; i < rack->slot_count; i++)
        if (strcmp(rack->slots[i].name, name) == 0)
            return &rack->slots[i];
    return NULL;
}

const struct rack_package *rack_package(const struct rack_slot *slot, const char *from,
                                        const char *to)
{
    for (size_t i = 0; i < slot->package_count; i++)
        if ((!from || strcmp(slot->packages[i].from, from) == 0) &&
            (!to || strcmp(slot->packages[i].to, to) == 0))
            return &slot->packages[i];
    return NULL;
}
