/* fault.c - the table of faults: names, variants, and the events that a choice is made of. */
#include "harness/explore/fault.h"
#include "harness/explore/demand.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/catalogue.h"

/* ---- the table ------------------------------------------------------------------------------- */

enum variants { ONE, URCS, NOTICES, RESETS, HANGS, CUTS, SERVINGS, VARIANTS };

struct row {
    const char *name, *help;
    uint32_t points;
    uint8_t variants, cost, class;
};

enum class {
#define X(id, ...) CLASS_##id,
    EXPLORE_CLASSES(X)
#undef X
};

static const struct row rows[EXPLORE_FAULT_COUNT] = {
#define X(id, text, places, kinds, costs, of, what)                                                \
    {text, what, EXPLORE_AT_##places, kinds, EXPLORE_##costs, CLASS_##of},
    EXPLORE_FAULTS(X)
#undef X
};

static const char *const reset_words[] = {
#define X(id, text) text,
    SIM_RESETS(X)
#undef X
};
static const char *const hang_words[] = {
#define X(id, text) text,
    SIM_HANGS(X)
#undef X
};
static const char *const cut_words[] = {
#define X(id, text) text,
    SIM_CUTS(X)
#undef X
};
static const char *const serving_words[] = {"page",    "long",      "short",
                                            "damaged", "not-found", "unreachable"};

#define COUNT(list) (sizeof(list) / sizeof(list)[0])
static const struct words {
    const char *const *words;
    unsigned first, count;
} words_of[VARIANTS] = {
    [RESETS] = {reset_words, 0, COUNT(reset_words)},
    [HANGS] = {hang_words, SIM_HANG_NONE + 1, COUNT(hang_words) - 1},
    [CUTS] = {cut_words, 0, COUNT(cut_words)},
    [SERVINGS] = {serving_words, 0, COUNT(serving_words)},
};

/* Lines that the module may say by itself, as the catalogue has them; what begins with a value gets
 * one. Made when they are first wanted. */
enum { URCS_MAX = 96, URC_MAX = 64 };

static struct urcs {
    char text[URCS_MAX][URC_MAX];
    uint8_t number[URCS_MAX]; /* in the catalogue, from 1: variants are called by it */
    unsigned count;
} leading_urcs, other_urcs;

/* What tells of a boot, of the app network or of the updater: a client of an update goes by it. */
static bool is_leading(const char *text)
{
    static const char *const begins[] = {"RDY", "+CFUN:", "SMS Ready", "+APP PDP:", "+CFOTA:"};
    for (size_t i = 0; i < COUNT(begins); i++)
        if (strncmp(text, begins[i], strlen(begins[i])) == 0)
            return true;
    return false;
}

static void make_urcs(void)
{
    struct sim_fact fact;
    unsigned number = 0;
    for (size_t i = 0; number < URCS_MAX && sim_fact(i, &fact); i++) {
        size_t length = strlen(fact.name);
        if (strcmp(fact.group, "urc") != 0 || length + 2 > URC_MAX)
            continue;
        struct urcs *urcs = is_leading(fact.name) ? &leading_urcs : &other_urcs;
        bool open = strchr(" ,:", fact.name[length - 1]);
        urcs->number[urcs->count] = (uint8_t)++number;
        snprintf(urcs->text[urcs->count++], URC_MAX, "%s%s", fact.name, open ? "1" : "");
    }
}

/* NULL: the fault is none of a line that comes by itself. */
static const struct urcs *urcs_of(unsigned fault)
{
    if (!leading_urcs.count)
        make_urcs();
    if (rows[fault].variants == URCS)
        return &leading_urcs;
    return rows[fault].variants == NOTICES ? &other_urcs : NULL;
}

const char *explore_fault_name(unsigned fault)
{
    return fault < EXPLORE_FAULT_COUNT ? rows[fault].name : "?";
}

const char *explore_fault_help(unsigned fault)
{
    return fault < EXPLORE_FAULT_COUNT ? rows[fault].help : "?";
}

enum explore_worth explore_fault_cost(unsigned fault)
{
    return (enum explore_worth)rows[fault].cost;
}

static uint32_t class_explains(unsigned class, unsigned rule)
{
    static const uint16_t explained[][EXPLORE_RULE_COUNT] = {
#define X(id, commands, downloads, restarts, seconds, among)                                       \
    {0, commands, downloads, restarts, seconds},
        EXPLORE_CLASSES(X)
#undef X
    };
    return explained[class][rule];
}

uint32_t explore_fault_explains(unsigned fault, unsigned rule)
{
    return class_explains(rows[fault].class, rule);
}

uint32_t explore_fault_explains_among(unsigned fault, unsigned rule)
{
    static const uint8_t among[] = {
#define X(id, commands, downloads, restarts, seconds, of) CLASS_##of,
        EXPLORE_CLASSES(X)
#undef X
    };
    return class_explains(among[rows[fault].class], rule);
}

bool explore_fault_is_awaited(unsigned fault)
{
    unsigned class = rows[fault].class;
    return class == CLASS_OUTAGE || class == CLASS_AWAY || class == CLASS_HANG;
}

bool explore_fault_is_searched(unsigned fault)
{
    return fault == EXPLORE_FAULT_HANG || fault == EXPLORE_FAULT_RATE_CHANGED ||
           fault == EXPLORE_FAULT_POWER_LOSS;
}

bool explore_fault_restarts_host(unsigned fault)
{
    return fault == EXPLORE_FAULT_HOST_RESET || fault == EXPLORE_FAULT_HOST_FORGETS ||
           fault == EXPLORE_FAULT_RESET_FIRST;
}

uint32_t explore_fault_points(unsigned fault)
{
    return rows[fault].points;
}

unsigned explore_fault_variants(unsigned fault)
{
    switch (rows[fault].variants) {
    case ONE:
        return 1;
    case URCS:
    case NOTICES:
        return urcs_of(fault)->count;
    default:
        return words_of[rows[fault].variants].count;
    }
}

void explore_variant_name(unsigned fault, unsigned variant, char *buffer, size_t capacity)
{
    const struct words *words = &words_of[rows[fault].variants];
    if (rows[fault].variants == ONE)
        snprintf(buffer, capacity, "%s", "");
    else if (urcs_of(fault))
        snprintf(buffer, capacity, "%u", urcs_of(fault)->number[variant]);
    else
        snprintf(buffer, capacity, "%s", words->words[words->first + variant]);
}

uint32_t explore_faults_at(enum bench_point point)
{
    uint32_t count = 0;
    for (unsigned fault = 0; fault < EXPLORE_FAULT_COUNT; fault++)
        if (rows[fault].points >> point & 1)
            count += explore_fault_variants(fault);
    return count;
}

void explore_faults_list(FILE *out)
{
    fprintf(out, "fault\tpoint\tvariants\twhat it does\n");
    for (unsigned fault = 0; fault < EXPLORE_FAULT_COUNT; fault++)
        for (unsigned point = 0; point < BENCH_POINT_COUNT; point++)
            if (rows[fault].points >> point & 1)
                fprintf(out, "%s\t%s\t%u\t%s\n", rows[fault].name, bench_point_name(point),
                        explore_fault_variants(fault), rows[fault].help);
}

/* ---- choices --------------------------------------------------------------------------------- */

struct explore_choice explore_choice_at(enum bench_point point, uint64_t number, uint32_t index)
{
    struct explore_choice choice = {.point = (uint8_t)point, .number = number};
    for (unsigned fault = 0; fault < EXPLORE_FAULT_COUNT; fault++) {
        unsigned variants = explore_fault_variants(fault);
        if (!(rows[fault].points >> point & 1))
            continue;
        choice.fault = (uint8_t)fault;
        choice.variant = (uint8_t)index;
        if (index < variants)
            return choice;
        index -= variants;
    }
    return choice;
}

static void format_one(const struct explore_choice *choice, char *buffer, size_t capacity)
{
    char variant[24];
    explore_variant_name(choice->fault, choice->variant, variant, sizeof variant);
    snprintf(buffer, capacity, "%s%s%s@%s:%" PRIu64, rows[choice->fault].name, *variant ? "." : "",
             variant, bench_point_name(choice->point), choice->number);
}

void explore_choice_format(const struct explore_choice *choices, size_t count, char *buffer,
                           size_t capacity)
{
    size_t length = 0;
    buffer[0] = '\0';
    for (size_t i = 0; i < count && length + 1 < capacity; i++) {
        if (i)
            buffer[length++] = '+';
        format_one(&choices[i], buffer + length, capacity - length);
        length = strlen(buffer);
    }
}

/* Takes a word that ends before `end`; false: it is not the one. */
static bool take_word(const char **text, const char *word, const char *ends)
{
    size_t length = strlen(word);
    if (strncmp(*text, word, length) != 0 || !(*text)[length] || !strchr(ends, (*text)[length]))
        return false;
    *text += length;
    return true;
}

static bool take_variant(const char **text, unsigned fault, uint8_t *ret_variant)
{
    char name[24];
    *ret_variant = 0;
    if (rows[fault].variants == ONE)
        return true;
    if (*(*text)++ != '.')
        return false;
    for (unsigned variant = 0; variant < explore_fault_variants(fault); variant++) {
        explore_variant_name(fault, variant, name, sizeof name);
        *ret_variant = (uint8_t)variant;
        if (take_word(text, name, "@"))
            return true;
    }
    return false;
}

static bool take_point(const char **text, unsigned fault, struct explore_choice *choice)
{
    if (*(*text)++ != '@')
        return false;
    for (unsigned point = 0; point < BENCH_POINT_COUNT; point++) {
        choice->point = (uint8_t)point;
        if (rows[fault].points >> point & 1 && take_word(text, bench_point_name(point), ":"))
            return true;
    }
    return false;
}

static bool take_number(const char **text, uint64_t *ret_number)
{
    char *end;
    const char *begin = ++*text;
    *ret_number = strtoull(begin, &end, 10);
    *text = end;
    return *begin >= '0' && *begin <= '9' && *ret_number > 0 && (!*end || *end == '+');
}

static bool take_choice(const char **text, struct explore_choice *choice)
{
    for (unsigned fault = 0; fault < EXPLORE_FAULT_COUNT; fault++) {
        if (!take_word(text, rows[fault].name, ".@"))
            continue;
        choice->fault = (uint8_t)fault;
        return take_variant(text, fault, &choice->variant) && take_point(text, fault, choice) &&
               take_number(text, &choice->number);
    }
    return false;
}

size_t explore_choice_parse(const char *text, struct explore_choice choices[EXPLORE_CHOICES_MAX])
{
    size_t count = 0;
    do {
        text += count ? 1 : 0;
        if (count == EXPLORE_CHOICES_MAX || !take_choice(&text, &choices[count++]))
            return 0;
    } while (*text == '+');
    return *text ? 0 : count;
}

/* ---- events ---------------------------------------------------------------------------------- */

#define PACKAGE_PATH "/fota/update.zip"
#define COLLISION    "\r\n+CREG: 1\r\n"

enum { SECOND = 1000000, SHORT_BYTES = 12, SLOW_BPS = 9600, COLLIDES_AT = 2 };

static const struct scenario_action actions[EXPLORE_FAULT_COUNT] = {
    [EXPLORE_FAULT_LOSE_BYTE] = {.kind = SCENARIO_ACTION_LOSE_TO_HOST, .number = 1},
    [EXPLORE_FAULT_FLIP_BIT] = {.kind = SCENARIO_ACTION_FLIP_TO_HOST},
    [EXPLORE_FAULT_DOUBLE_BYTE] = {.kind = SCENARIO_ACTION_DUPLICATE_TO_HOST, .number = 1},
    [EXPLORE_FAULT_INSERT_BYTE] = {.kind = SCENARIO_ACTION_INSERT_TO_HOST,
                                   .text = "U",
                                   .length = 1},
    [EXPLORE_FAULT_CUT_LINE] = {.kind = SCENARIO_ACTION_LOSE_TO_HOST, .detail = 1},
    [EXPLORE_FAULT_SPLIT] = {.kind = SCENARIO_ACTION_SPLIT_TO_HOST, .value = 700},
    [EXPLORE_FAULT_PORT_LOST] = {.kind = SCENARIO_ACTION_LOSE_TO_HOST, .for_us = 3 * SECOND},
    [EXPLORE_FAULT_RATE_CHANGED] = {.kind = SCENARIO_ACTION_RATE, .number = SLOW_BPS},
    [EXPLORE_FAULT_LOSE_LINE] = {.kind = SCENARIO_ACTION_LOSE_TO_HOST, .detail = 1},
    [EXPLORE_FAULT_DOUBLE_LINE] = {.kind = SCENARIO_ACTION_DUPLICATE_TO_HOST, .detail = 1},
    [EXPLORE_FAULT_LATE] = {.kind = SCENARIO_ACTION_SPLIT_TO_HOST,
                            .value = SCENARIO_SHORT_OF_DEADLINE},
    [EXPLORE_FAULT_TOO_LATE] = {.kind = SCENARIO_ACTION_SPLIT_TO_HOST,
                                .value = SCENARIO_PAST_DEADLINE},
    [EXPLORE_FAULT_SILENCE] = {.kind = SCENARIO_ACTION_LOSE_TO_HOST, .for_us = 30 * SECOND},
    [EXPLORE_FAULT_COLLIDE] = {.kind = SCENARIO_ACTION_INSERT_TO_HOST,
                               .number = COLLIDES_AT,
                               .text = COLLISION,
                               .length = sizeof COLLISION - 1},
    [EXPLORE_FAULT_SECOND_READER] = {.kind = SCENARIO_ACTION_SHARE_TO_HOST, .for_us = 3 * SECOND},
    [EXPLORE_FAULT_URC] = {.kind = SCENARIO_ACTION_URC},
    [EXPLORE_FAULT_NOTICE] = {.kind = SCENARIO_ACTION_URC},
    [EXPLORE_FAULT_ERROR] = {.kind = SCENARIO_ACTION_REPLY, .text = "ERROR", .length = 5},
    [EXPLORE_FAULT_CME] = {.kind = SCENARIO_ACTION_REPLY, .text = "+CME ERROR: 100", .length = 15},
    [EXPLORE_FAULT_GARBAGE] = {.kind = SCENARIO_ACTION_REPLY, .text = "\x15~;\nOK", .length = 6},
    [EXPLORE_FAULT_SWALLOW] = {.kind = SCENARIO_ACTION_SWALLOW},
    [EXPLORE_FAULT_RESET] = {.kind = SCENARIO_ACTION_RESET},
    [EXPLORE_FAULT_POWER_CUT] = {.kind = SCENARIO_ACTION_POWER, .for_us = SECOND / 2},
    [EXPLORE_FAULT_POWER_LOSS] = {.kind = SCENARIO_ACTION_POWER, .for_us = 60 * SECOND},
    [EXPLORE_FAULT_HANG] = {.kind = SCENARIO_ACTION_HANG, .detail = SIM_HANG_NONE + 1},
    [EXPLORE_FAULT_HOST_RESET] = {.kind = SCENARIO_ACTION_HOST_RESET, .for_us = 3 * SECOND},
    [EXPLORE_FAULT_HOST_FORGETS] = {.kind = SCENARIO_ACTION_HOST_RESET,
                                    .detail = 1,
                                    .for_us = 3 * SECOND},
    [EXPLORE_FAULT_NETWORK_GONE] = {.kind = SCENARIO_ACTION_NETWORK, .for_us = 60 * SECOND},
    [EXPLORE_FAULT_NETWORK_LOST] = {.kind = SCENARIO_ACTION_NETWORK},
    [EXPLORE_FAULT_CUT_WRITE] = {.kind = SCENARIO_ACTION_POWER, .for_us = 2 * SECOND},
    [EXPLORE_FAULT_FLASH_FULL] = {.kind = SCENARIO_ACTION_SET,
                                  .setting = SIM_SETTING_FLASH_SIZE,
                                  .value = 1,
                                  .for_us = 300 * SECOND},
    [EXPLORE_FAULT_LINE_LOST] = {.kind = SCENARIO_ACTION_LOSE_TO_HOST, .detail = 1},
    [EXPLORE_FAULT_LINE_DOUBLED] = {.kind = SCENARIO_ACTION_DUPLICATE_TO_HOST, .detail = 1},
    [EXPLORE_FAULT_LINE_SHORT] = {.kind = SCENARIO_ACTION_LOSE_TO_HOST, .number = SHORT_BYTES},
    [EXPLORE_FAULT_STALL] = {.kind = SCENARIO_ACTION_NETWORK, .for_us = 60 * SECOND},
    [EXPLORE_FAULT_DROP] = {.kind = SCENARIO_ACTION_BEARER},
    [EXPLORE_FAULT_DAMAGE] = {.kind = SCENARIO_ACTION_FILE_DAMAGE,
                              .text = PACKAGE_PATH,
                              .length = sizeof PACKAGE_PATH - 1},
    [EXPLORE_FAULT_SERVER] = {.kind = SCENARIO_ACTION_SERVER},
    [EXPLORE_FAULT_REFUSED] = {.kind = SCENARIO_ACTION_REQUEST, .detail = 1},
    [EXPLORE_FAULT_ANSWER_LATE] = {.kind = SCENARIO_ACTION_REQUEST, .detail = 0},
    [EXPLORE_FAULT_RESET_FIRST] = {.kind = SCENARIO_ACTION_HOST_RESET, .for_us = 3 * SECOND},
};

/* The same on the other lane; actions of the wire stand in pairs (rows.h). */
static uint8_t on_other_lane(uint8_t kind)
{
    bool to_host = scenario_action_rows[kind].where == SCENARIO_TO_HOST;
    return (uint8_t)(to_host ? kind + 1 : kind);
}

static bool is_lasting(const struct scenario_action *action)
{
    return action->for_us && scenario_action_rows[action->kind].takes & SCENARIO_TAKES_FOR &&
           scenario_action_rows[action->kind].where != SCENARIO_HOST;
}

static void put(struct scenario_case *one, struct scenario_event *event,
                const struct scenario_action *action)
{
    struct scenario_action *placed = &one->actions[one->action_count++];
    *placed = *action;
    if (is_lasting(action))
        placed->lasting = ++one->lasting_count;
    event->action_count++;
}

static struct scenario_action action_of(const struct explore_choice *choice)
{
    struct scenario_action action = actions[choice->fault];
    bool to_module =
        choice->point == BENCH_POINT_TO_MODULE_BYTE || choice->point == BENCH_POINT_TO_MODULE_LINE;
    if (to_module)
        action.kind = on_other_lane(action.kind);
    if (rows[choice->fault].variants == CUTS)
        action.cut = choice->variant;
    else if (urcs_of(choice->fault))
        action.text = urcs_of(choice->fault)->text[choice->variant];
    else
        action.detail = (uint8_t)(action.detail + choice->variant);
    if (urcs_of(choice->fault))
        action.length = (uint16_t)strlen(action.text);
    if (choice->fault == EXPLORE_FAULT_DAMAGE) /* within what has come, if it is the first body */
        action.number = (uint32_t)(choice->number - 1) * BENCH_HTTP_BLOCK_BYTES;
    return action;
}

void explore_case_prepare(const struct scenario_case *one, struct scenario_case *ret_case)
{
    *ret_case = *one;
    ret_case->expectation_count = 0;
    ret_case->event_count = (uint8_t)scenario_event_count(one);
    ret_case->mark_count = 0;
}

static void make_whole(struct scenario_package *package)
{
    package->sent_bytes = package->size_bytes;
    package->damage_at = UINT32_MAX;
    package->http = 200;
}

void explore_case_make_plain(const struct scenario_case *one, struct scenario_case *ret_case)
{
    struct sim_config usual;
    sim_config_init(&usual);
    explore_case_prepare(one, ret_case);
    ret_case->event_count = ret_case->action_count = ret_case->lasting_count = 0;
    memcpy(ret_case->module.settings, usual.settings, sizeof usual.settings);
    memcpy(ret_case->module.imei, usual.imei, sizeof usual.imei);
    ret_case->module.cell_count = ret_case->module.initial_file_count = 0;
    ret_case->module.initial_value_count = ret_case->module_file_count = 0;
    ret_case->host = (struct scenario_host){.baud_bps = one->host.baud_bps};
    make_whole(&ret_case->package);
    make_whole(&ret_case->then.package);
}

_Static_assert(SCENARIO_WATCHED_MAX >= SCENARIO_EVENTS_MAX + EXPLORE_CHOICES_MAX,
               "without its marks a case has room");

unsigned explore_case_add(struct scenario_case *one, const struct explore_choice *choice)
{
    unsigned index = one->event_count++;
    struct scenario_event *event = &one->events[index];
    const struct scenario_action action = action_of(choice);
    *event = (struct scenario_event){.when = {.kind = (uint8_t)bench_point_trigger(choice->point)},
                                     .first_action = one->action_count,
                                     .times = 1,
                                     .chosen = (uint8_t)(choice->point + 1)};
    if (choice->point == BENCH_POINT_DEADLINE)
        event->when.time_us = choice->number;
    else
        event->when.number = (uint32_t)choice->number;
    put(one, event, &action);
    if (choice->fault == EXPLORE_FAULT_PORT_LOST) {
        struct scenario_action other = action;
        other.kind = action.kind == SCENARIO_ACTION_LOSE_TO_HOST ? SCENARIO_ACTION_LOSE_TO_MODULE
                                                                 : SCENARIO_ACTION_LOSE_TO_HOST;
        put(one, event, &other);
    }
    return index;
}

void explore_case_remove(struct scenario_case *one)
{
    struct scenario_event *event = &one->events[--one->event_count];
    for (unsigned i = 0; i < event->action_count; i++)
        if (one->actions[event->first_action + i].lasting)
            one->lasting_count--;
    one->action_count = event->first_action;
}
