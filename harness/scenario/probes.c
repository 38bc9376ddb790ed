/* probes.c - files in conform/: dialogues, and the probes that look at them. */
#include "harness/scenario/probes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/scenario/compile.h"
#include "harness/scenario/schema_rows.h"
#include "reports/file.h"

enum {
    ANSWER_US = 10000000, /* for an answer, when nothing is said */
    TYPED_US = 1500000,
    TIME_MAX_US = 1200000000,
    NAME_MAX_BYTES = 60,
    PROBES_MAX = 200,
    PATTERN_MAX = 200
};

struct loaded {
    struct scenario_dialogue dialogue; /* first: the caller has its address */
    struct scenario_arena arena;
};

static const char *const harm_words[] = {
#define X(name, word, cost) word,
    SCENARIO_HARMS(X)
#undef X
};

const char *scenario_harm(size_t harm)
{
    return harm < SCENARIO_HARM_COUNT ? harm_words[harm] : NULL;
}

const char *scenario_harm_cost(size_t harm)
{
    static const char *const costs[] = {
#define X(name, word, cost) cost,
        SCENARIO_HARMS(X)
#undef X
    };
    return harm < SCENARIO_HARM_COUNT ? costs[harm] : NULL;
}

/* ---- patterns ------------------------------------------------------------------------------ */

enum { LINE_MAX_BYTES = 511, OPERATIONS_MAX = PATTERN_MAX + 1 };

/* A character of a pattern, "*" or "{}". */
struct operation {
    enum { LITERAL, ANYTHING, TAKEN } kind;
    char byte;
};

/* Bit n: the pattern from there on is like the line from n on. */
struct fit {
    uint8_t bits[(LINE_MAX_BYTES + 8) / 8];
};

static bool fits(const struct fit *fit, size_t at)
{
    return fit->bits[at / 8] >> at % 8 & 1;
}

static void set_fit(struct fit *fit, size_t at)
{
    fit->bits[at / 8] = (uint8_t)(fit->bits[at / 8] | 1u << at % 8);
}

static size_t read_pattern(const char *pattern, struct operation operations[OPERATIONS_MAX])
{
    size_t count = 0;
    for (; *pattern && count < OPERATIONS_MAX; pattern++, count++) {
        bool taken = pattern[0] == '{' && pattern[1] == '}';
        operations[count].byte = *pattern;
        operations[count].kind = taken ? TAKEN : *pattern == '*' ? ANYTHING : LITERAL;
        pattern += taken;
    }
    return count;
}

/* From the end on, so that no pattern costs more than its length times that of the line. */
static void fit_operation(const struct operation *operation, const char *line, size_t length,
                          const struct fit *rest, struct fit *ret_fit)
{
    memset(ret_fit, 0, sizeof *ret_fit);
    bool later = false; /* the rest fits somewhere behind */
    for (size_t at = length + 1; at-- > 0;) {
        bool here = fits(rest, at);
        if (operation->kind == LITERAL
                ? at < length && line[at] == operation->byte && fits(rest, at + 1)
                : later || (here && operation->kind == ANYTHING))
            set_fit(ret_fit, at);
        later = later || here;
    }
}

/* What {} took: the shortest that lets the rest fit, as with all before it. */
static void copy_taken(const struct operation *operations, size_t count, const struct fit *fit,
                       const char *line, char *value, size_t capacity)
{
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        size_t begin = at;
        at += operations[i].kind != ANYTHING;
        while (operations[i].kind != LITERAL && !fits(&fit[i + 1], at))
            at++;
        if (operations[i].kind == TAKEN && capacity)
            snprintf(value, capacity, "%.*s", (int)(at - begin), line + begin);
    }
}

bool scenario_line_is_like(const char *pattern, const char *line, char *value, size_t capacity)
{
    struct operation operations[OPERATIONS_MAX];
    struct fit fit[OPERATIONS_MAX + 1];
    if (*pattern != '*' && *pattern != '{' && *pattern != *line)
        return false;
    size_t count = read_pattern(pattern, operations), length = strnlen(line, LINE_MAX_BYTES);
    memset(&fit[count], 0, sizeof fit[count]);
    set_fit(&fit[count], length);
    for (size_t i = count; i-- > 0;)
        fit_operation(&operations[i], line, length, &fit[i + 1], &fit[i]);
    if (!fits(&fit[0], 0))
        return false;
    if (value)
        copy_taken(operations, count, fit, line, value, capacity);
    return true;
}

/* ---- steps --------------------------------------------------------------------------------- */

static scenario_compile compile_steps, compile_harms, compile_probes, compile_texts, compile_plants,
    compile_given, compile_typed;

static const struct scenario_key step_keys[] = {
    {.name = "send",
     .type = SCENARIO_TYPE_LINE,
     .kind = SCENARIO_STEP_SEND,
     .takes = 1 | 2,
     .minimum = 1,
     .maximum = PATTERN_MAX,
     MEMBER(struct scenario_step, text),
     .help = "a line, then its final result"},
    {.name = "type",
     .type = SCENARIO_TYPE_BYTES,
     .kind = SCENARIO_STEP_TYPE,
     .takes = 1,
     .minimum = 1,
     .maximum = PATTERN_MAX,
     .compile = compile_typed,
     .help = "bytes without a CR, in double quotes"},
    {.name = "listen",
     .type = SCENARIO_TYPE_DURATION,
     .kind = SCENARIO_STEP_LISTEN,
     .minimum = 1000,
     .maximum = TIME_MAX_US,
     MEMBER(struct scenario_step, time_us),
     .help = "nothing is said for that long"},
    {.name = "within",
     .type = SCENARIO_TYPE_DURATION,
     .modifier = 1,
     .minimum = 1000,
     .maximum = TIME_MAX_US,
     MEMBER(struct scenario_step, time_us),
     .help = "the longest that is waited; 10s"},
    {.name = "until",
     .type = SCENARIO_TYPE_LINE,
     .modifier = 2,
     .minimum = 1,
     .maximum = PATTERN_MAX,
     MEMBER(struct scenario_step, until),
     .help = "after the result up to a line like this, with * for anything"},
};
static const struct scenario_map step_map = {.name = "say",
                                             .keys = step_keys,
                                             .count = COUNT(step_keys),
                                             .kinds = "step",
                                             .kind_offset = offsetof(struct scenario_step, kind)};

static void compile_typed(struct scenario_compiler *compiler, const struct scenario_key *key,
                          const struct scenario_node *value, void *target)
{
    struct scenario_step *step = target;
    bool good = value->kind == SCENARIO_NODE_SCALAR && value->style == SCENARIO_DOUBLE &&
                value->length > 0 && value->length <= (size_t)key->maximum;
    for (size_t i = 0; good && i < value->length; i++)
        good = (unsigned char)value->text[i] < 0x80 && value->text[i] != '\0';
    if (!good) {
        scenario_diagnose(
            compiler->diagnostics, value->at, NULL,
            "'%s' takes ASCII in double quotes, control characters escaped: \"\\x1a\"", key->name);
        return;
    }
    step->text = value->text;
    step->size = value->length;
}

static void compile_step(struct scenario_compiler *compiler, const struct scenario_node *item,
                         struct scenario_step *step, bool *has_url)
{
    if (item->kind == SCENARIO_NODE_SCALAR)
        (void)scenario_store(compiler, &step_keys[0], item, step);
    else
        scenario_walk(compiler, &step_map, item, step);
    if (step->kind != SCENARIO_STEP_LISTEN && step->time_us == 0)
        step->time_us = step->kind == SCENARIO_STEP_TYPE ? TYPED_US : ANSWER_US;
    step->size = step->text ? strlen(step->text) : 0;
    *has_url = *has_url || (step->text && strstr(step->text, "{url}"));
}

static void compile_steps(struct scenario_compiler *compiler, const struct scenario_key *key,
                          const struct scenario_node *value, void *target)
{
    const struct scenario_node *item = scenario_items(compiler, key, value);
    struct scenario_dialogue *dialogue = target;
    bool undo = strcmp(key->name, "undo") == 0;
    size_t count = 0;
    if (value->count > SCENARIO_STEPS_MAX) {
        scenario_diagnose(compiler->diagnostics, value->at, NULL, "'%s' has %u steps, at most %d",
                          key->name, value->count, SCENARIO_STEPS_MAX);
        return;
    }
    struct scenario_step *steps =
        scenario_arena_take(compiler->arena, (value->count + 1) * sizeof *steps);
    if (!steps) {
        scenario_out_of_memory(compiler);
        return;
    }
    for (; item; item = item->next)
        compile_step(compiler, item, &steps[count++], &dialogue->has_url);
    *(undo ? &dialogue->undo : &dialogue->steps) = steps;
    *(undo ? &dialogue->undo_count : &dialogue->step_count) = count;
}

/* ---- probes -------------------------------------------------------------------------------- */

#define PATTERN(key, kind_of_view, text)                                                           \
    {                                                                                              \
        .name = (key), .type = SCENARIO_TYPE_LINE, .kind = (kind_of_view), .takes = 1 | 2 | 4,     \
        .minimum = 1, .maximum = PATTERN_MAX, MEMBER(struct scenario_probe, pattern),              \
        .help = (text)                                                                             \
    }
enum { COMMON = 1, MAY_IGNORE = 4, MAY_SINCE = 2 };

static const struct scenario_key probe_keys[] = {
    {.name = "probe",
     .type = SCENARIO_TYPE_LINE,
     .flags = SCENARIO_REQUIRED,
     .modifier = COMMON,
     .minimum = 1,
     .maximum = NAME_MAX_BYTES,
     MEMBER(struct scenario_probe, name),
     .help = "its name, which no other has"},
    {.name = "asks",
     .type = SCENARIO_TYPE_LINE,
     .flags = SCENARIO_REQUIRED,
     .modifier = COMMON,
     .minimum = 1,
     .maximum = PATTERN_MAX,
     MEMBER(struct scenario_probe, asks),
     .help = "what it would settle, as a question"},
    {.name = "evidence",
     .type = SCENARIO_TYPE_LINE,
     .flags = SCENARIO_REQUIRED,
     .modifier = COMMON,
     .minimum = 3,
     .maximum = PATTERN_MAX,
     MEMBER(struct scenario_probe, evidence),
     .help = "what is known of it: a tag (D, O, S, I) and its source"},
    {.name = "for",
     .type = SCENARIO_TYPE_LINE,
     .modifier = COMMON,
     .minimum = 1,
     .maximum = NAME_MAX_BYTES,
     MEMBER(struct scenario_probe, revisions),
     .compile = compile_texts,
     .help = "revisions that it makes sense for, 1351B*; all"},
    {.name = "given",
     .type = SCENARIO_TYPE_SETTINGS,
     .modifier = COMMON,
     .compile = compile_given,
     .help = "settings of the emulator without which that value shows nothing"},
    {.name = "settles",
     .type = SCENARIO_TYPE_SETTINGS,
     .modifier = COMMON,
     .compile = compile_plants,
     .help = "settings that decide it, each with another value that it sees"},
    PATTERN("value", SCENARIO_VIEW_VALUE, "what {} stands for in the first line like this"),
    PATTERN("time-to", SCENARIO_VIEW_TIME, "milliseconds up to the first line like this"),
    PATTERN("count", SCENARIO_VIEW_COUNT, "how many lines are like this"),
    {.name = "answer",
     .type = SCENARIO_TYPE_NUMBER,
     .kind = SCENARIO_VIEW_ANSWER,
     .takes = COMMON | MAY_IGNORE,
     .minimum = 1,
     .maximum = SCENARIO_STEPS_MAX,
     MEMBER(struct scenario_probe, step),
     .help = "all lines after the n-th step"},
    {.name = "step",
     .type = SCENARIO_TYPE_NUMBER,
     .modifier = MAY_SINCE,
     .minimum = 1,
     .maximum = SCENARIO_STEPS_MAX,
     MEMBER(struct scenario_probe, step),
     .help = "only what came after the n-th step; any"},
    {.name = "since",
     .type = SCENARIO_TYPE_LINE,
     .modifier = MAY_SINCE,
     .minimum = 1,
     .maximum = PATTERN_MAX,
     MEMBER(struct scenario_probe, since),
     .help = "of a time: from the first line like this; the end of the line that was sent"},
    {.name = "ignore",
     .type = SCENARIO_TYPE_LINE,
     .modifier = MAY_IGNORE,
     .minimum = 1,
     .maximum = PATTERN_MAX,
     MEMBER(struct scenario_probe, ignored),
     .compile = compile_texts,
     .help = "lines that count for nothing"},
};
static const struct scenario_map probe_map = {.name = "probes",
                                              .keys = probe_keys,
                                              .count = COUNT(probe_keys),
                                              .kinds = "view",
                                              .kind_offset = offsetof(struct scenario_probe, view)};

static void compile_texts(struct scenario_compiler *compiler, const struct scenario_key *key,
                          const struct scenario_node *value, void *target)
{
    const struct scenario_node *item = scenario_items(compiler, key, value);
    size_t count = 0;
    const char **texts =
        item ? scenario_arena_take(compiler->arena, (value->count + 1) * sizeof *texts) : NULL;
    if (!item)
        return;
    if (!texts) {
        scenario_out_of_memory(compiler);
        return;
    }
    for (; item; item = item->next)
        if (scenario_store_item(compiler, key, item, &texts[count]))
            count++;
    memcpy((char *)target + key->offset, &texts, sizeof texts);
}

static void compile_plants(struct scenario_compiler *compiler, const struct scenario_key *key,
                           const struct scenario_node *value, void *target)
{
    struct scenario_probe *probe = target;
    const struct scenario_node *at = value->kind == SCENARIO_NODE_MAPPING ? value->first : NULL;
    if (!at)
        scenario_diagnose(compiler->diagnostics, value->at, NULL,
                          "'%s' takes a mapping of settings: {answer-delay: 50ms}", key->name);
    for (; at; at = at->next) {
        uint8_t n = probe->setting_count;
        if (n == SCENARIO_PROBE_SETTINGS) {
            scenario_diagnose(compiler->diagnostics, at->at, NULL, "at most %d settings",
                              SCENARIO_PROBE_SETTINGS);
            return;
        }
        if (!scenario_read_setting(compiler, at, &probe->settings[n], &probe->planted[n]))
            continue;
        if (probe->planted[n] == sim_setting_info(probe->settings[n])->initial)
            scenario_diagnose(compiler->diagnostics, at->value->at, NULL,
                              "'%s' is the default of '%s'; another value is to be seen",
                              at->value->text, at->text);
        probe->setting_count++;
    }
}

static void compile_given(struct scenario_compiler *compiler, const struct scenario_key *key,
                          const struct scenario_node *value, void *target)
{
    struct scenario_probe *probe = target;
    const struct scenario_node *at = value->kind == SCENARIO_NODE_MAPPING ? value->first : NULL;
    if (!at)
        scenario_diagnose(compiler->diagnostics, value->at, NULL,
                          "'%s' takes a mapping of settings: {access: gsm}", key->name);
    for (; at && probe->given_count < SCENARIO_PROBE_SETTINGS; at = at->next)
        if (scenario_read_setting(compiler, at, &probe->given[probe->given_count],
                                  &probe->given_values[probe->given_count]))
            probe->given_count++;
}

static void check_probe(struct scenario_compiler *compiler, const struct scenario_node *node,
                        const struct scenario_dialogue *dialogue,
                        const struct scenario_probe *probe)
{
    const struct scenario_node *pattern = scenario_node_value(node, "value");
    if (probe->evidence && (!strchr("DOSI", probe->evidence[0]) || probe->evidence[1] != ' '))
        scenario_diagnose(compiler->diagnostics, scenario_node_value(node, "evidence")->at, NULL,
                          "'evidence' begins with a tag and a blank: D, O, S or I");
    if (pattern && probe->pattern && !strstr(probe->pattern, "{}"))
        scenario_diagnose(compiler->diagnostics, pattern->at, NULL,
                          "'value' has no {}, which stands for the value");
    if (probe->step > dialogue->step_count)
        scenario_diagnose(compiler->diagnostics, node->at, NULL,
                          "there is no step %u; the dialogue has %zu", probe->step,
                          dialogue->step_count);
}

static void compile_probes(struct scenario_compiler *compiler, const struct scenario_key *key,
                           const struct scenario_node *value, void *target)
{
    struct scenario_dialogue *dialogue = target;
    const struct scenario_node *item;
    struct scenario_probe *probes =
        scenario_take_items(compiler, key, value, PROBES_MAX, sizeof *probes, &item);
    for (; item; item = item->next) {
        struct scenario_probe *probe = &probes[dialogue->probe_count++];
        scenario_walk(compiler, &probe_map, item, probe);
        check_probe(compiler, item, dialogue, probe);
        for (size_t i = 0; i + 1 < dialogue->probe_count; i++)
            if (probe->name && probes[i].name && strcmp(probes[i].name, probe->name) == 0)
                scenario_diagnose(compiler->diagnostics, item->at, NULL,
                                  "'%s' is the name of another probe", probe->name);
    }
    dialogue->probes = probes;
}

/* ---- the file ------------------------------------------------------------------------------ */

static const struct scenario_words harm_list = WORDS(0, harm_words);

static void compile_harms(struct scenario_compiler *compiler, const struct scenario_key *key,
                          const struct scenario_node *value, void *target)
{
    const struct scenario_node *item = scenario_items(compiler, key, value);
    struct scenario_dialogue *dialogue = target;
    for (; item; item = item->next) {
        uint8_t harm = 0;
        if (scenario_store_item(compiler, key, item, &harm))
            dialogue->harms = (uint8_t)(dialogue->harms | 1u << harm);
    }
}

static const struct scenario_key dialogue_keys[] = {
    {.name = "dialogue",
     .type = SCENARIO_TYPE_LINE,
     .flags = SCENARIO_REQUIRED,
     .minimum = 1,
     .maximum = PATTERN_MAX,
     MEMBER(struct scenario_dialogue, title),
     .help = "what is said, in a few words"},
    {.name = "harm",
     .type = SCENARIO_TYPE_WORD,
     .words = &harm_list,
     .size = 1,
     .compile = compile_harms,
     .help = "what it does beyond asking; nothing"},
    {.name = "say",
     .type = SCENARIO_TYPE_LINE,
     .flags = SCENARIO_REQUIRED,
     .compile = compile_steps,
     .help = "its steps: lines to send, or {listen: 5s}"},
    {.name = "undo",
     .type = SCENARIO_TYPE_LINE,
     .compile = compile_steps,
     .help = "steps that take back what it has changed"},
    {.name = "probes",
     .type = SCENARIO_TYPE_LINE,
     .compile = compile_probes,
     .help = "what is read from it; none: it is said before each of the others"},
};
static const struct scenario_map dialogue_map = {
    .name = "", .keys = dialogue_keys, .count = COUNT(dialogue_keys), .ordered = true};

static const struct scenario_sheet sheet = {
    .kind = "dialogue", .bytes_max = SCENARIO_FILE_BYTES_MAX, .map = &dialogue_map};

struct scenario_dialogue *scenario_dialogue_parse(const char *path, const char *text, size_t size,
                                                  struct scenario_errors *reterr_errors)
{
    struct loaded *loaded = calloc(1, sizeof *loaded);
    struct scenario_dialogue *dialogue = loaded ? &loaded->dialogue : NULL;
    bool good = scenario_sheet_read(&sheet, path, text, size, loaded ? &loaded->arena : NULL,
                                    dialogue, reterr_errors);
    if (good)
        dialogue->path = scenario_arena_text(&loaded->arena, path, strlen(path));
    if (good && dialogue->path)
        return dialogue;
    scenario_dialogue_free(dialogue);
    return NULL;
}

static struct scenario_dialogue *refuse_file(const char *path, const char *problem,
                                             struct scenario_errors *reterr_errors)
{
    struct scenario_diagnostics diagnostics;
    scenario_diagnostics_init(&diagnostics, path, "", 0);
    scenario_diagnose(&diagnostics, (struct scenario_span){0}, NULL, "cannot be read: %s", problem);
    scenario_diagnostics_done(&diagnostics, reterr_errors);
    return NULL;
}

struct scenario_dialogue *scenario_dialogue_load(const char *path,
                                                 struct scenario_errors *reterr_errors)
{
    struct scenario_dialogue *dialogue;
    FILE *file = report_file_source_stream(path);
    if (!file)
        return refuse_file(path, report_file_reason(errno), reterr_errors);

    /* One byte more than is allowed, so that too much is noticed. */
    char *text = malloc(SCENARIO_FILE_BYTES_MAX + 1);
    size_t size = text ? fread(text, 1, SCENARIO_FILE_BYTES_MAX + 1, file) : 0;
    if (!text || ferror(file))
        dialogue = refuse_file(path, strerror(errno), reterr_errors);
    else
        dialogue = scenario_dialogue_parse(path, text, size, reterr_errors);
    free(text);
    fclose(file);
    return dialogue;
}

void scenario_dialogue_free(struct scenario_dialogue *dialogue)
{
    struct loaded *loaded = (struct loaded *)dialogue;
    if (!loaded)
        return;
    scenario_arena_done(&loaded->arena);
    free(loaded);
}
