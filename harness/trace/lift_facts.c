/* lift_facts.c - revision, package, way of delivery; and which rules the client broke. */
#include "harness/trace/lift_facts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/tap/tap.h"
#include "sim/catalogue.h"

/* ---- questions ------------------------------------------------------------------------------ */

static bool asks(enum sim_question question, const struct dialogue_step *step)
{
    char command[SIM_QUESTION_COMMAND_MAX];
    for (unsigned i = 0; i < SIM_QUESTION_STEPS; i++)
        if (sim_question_command(question, i, NULL, command, sizeof command) &&
            dialogue_same_command(step->command, command + 2))
            return true;
    return false;
}

/* What the step's answer says to a question; false: nothing. */
static bool answer_of(const struct dialogue *dialogue, const struct dialogue_step *step,
                      enum sim_question question, char *value, size_t capacity)
{
    for (size_t i = 0; asks(question, step) && i < step->line_count; i++) {
        const struct dialogue_line *line = &dialogue->lines[step->first_line + i];
        if (line->kind == TAP_ANSWER &&
            sim_question_answer(question, NULL, line->text, strlen(line->text), value, capacity))
            return true;
    }
    return false;
}

static enum sim_role role_of(const struct dialogue_step *step)
{
    struct sim_command_piece piece;
    size_t cursor = 0, length = strlen(step->command);
    while (sim_command_next(step->command, length, cursor, &piece)) {
        enum sim_role role = sim_command_role(piece.text, piece.length);
        if (role != SIM_ROLE_NONE || piece.next <= cursor)
            return role;
        cursor = piece.next;
    }
    return SIM_ROLE_NONE;
}

/* ---- facts ---------------------------------------------------------------------------------- */

static bool names_variant(const char *revision)
{
    const char *name;
    for (size_t i = 0; (name = sim_variant(i)) != NULL; i++)
        if (strstr(revision, name))
            return true;
    return false;
}

/* What names no variant may be a line that was torn: it counts while nothing better is there. */
static void take_revision(struct lift_facts *facts, const char *value)
{
    struct sim_config config;
    bool named = names_variant(value), was_named = names_variant(facts->from);
    if (!facts->from[0] || (named && !was_named)) {
        snprintf(facts->from, sizeof facts->from, "%s", value);
        sim_config_init(&config);
        if (sim_config_identify(&config, NULL, value))
            snprintf(facts->variant, sizeof facts->variant, "%s", config.variant);
    } else if (strcmp(facts->from, value) != 0 && (named || !was_named)) {
        snprintf(facts->to, sizeof facts->to, "%s", value);
    }
}

/* The longest address in a command's quotes: of the same one said twice, the one that lost nothing.
 */
static void take_url(struct lift_facts *facts, const struct dialogue_step *step)
{
    const char *scheme = strstr(step->command, "://");
    const char *begin = scheme;
    if (!scheme)
        return;
    while (begin > step->command && begin[-1] >= 'a' && begin[-1] <= 'z')
        begin--;
    size_t length = strcspn(begin, "\"");
    if (length < sizeof facts->url && length > strlen(facts->url))
        snprintf(facts->url, sizeof facts->url, "%.*s", (int)length, begin);
    facts->by_ftp |= strncmp(facts->url, "ftp", 3) == 0;
}

/* What a client tells of a server's file, a command each. */
static void take_ftp(struct lift_facts *facts, const struct dialogue_step *step)
{
    struct sim_command_piece piece;
    size_t cursor = 0, length = strlen(step->command);
    while (sim_command_next(step->command, length, cursor, &piece)) {
        int part = sim_wanted_part(piece.text, piece.length);
        const char *value = part < 0 ? NULL : memchr(piece.text, '=', piece.length);
        if (value) {
            size_t size = (size_t)(piece.text + piece.length - ++value);
            bool quoted = size >= 2 && value[0] == '"' && value[size - 1] == '"';
            if (size < LIFT_FTP_MAX)
                snprintf(facts->ftp[part], LIFT_FTP_MAX, "%.*s", (int)(size - 2 * quoted),
                         value + quoted);
            facts->by_ftp |= part == SIM_WANTED_SERVER;
        }
        if (piece.next <= cursor)
            break;
        cursor = piece.next;
    }
}

enum { PACKAGE_MIN = 400 }; /* bytes */

/* "+NAME: 200,109285" of the command that named the address: the most, since a transfer that ended
   short says less; and what is next to nothing is no package. */
static void take_size(struct lift_facts *facts, const struct dialogue *dialogue)
{
    enum { HTTP_OK = 200 };
    for (size_t i = 0; i < dialogue->line_count; i++) {
        const struct dialogue_line *line = &dialogue->lines[i];
        const char *colon = strchr(line->text, ':');
        char *end;
        if ((line->kind != TAP_URC && line->kind != TAP_ANSWER) || !colon ||
            strtoul(colon + 1, &end, 10) != HTTP_OK || *end != ',')
            continue;
        unsigned long size = strtoul(end + 1, NULL, 10);
        if (size >= PACKAGE_MIN && size <= UINT32_MAX && size > facts->size_bytes)
            facts->size_bytes = (uint32_t)size;
    }
}

static void take_apn(struct lift_facts *facts, const struct dialogue_step *step)
{
    char command[SIM_QUESTION_COMMAND_MAX];
    if (facts->apn[0] ||
        !sim_question_command(SIM_QUESTION_BEARER, 0, NULL, command, sizeof command))
        return;
    size_t name = strcspn(command + 2, "?=");
    const char *quote = strchr(step->command, '"');
    if (strncmp(step->command, command + 2, name) == 0 && step->command[name] == '=' && quote)
        snprintf(facts->apn, sizeof facts->apn, "%.*s", (int)strcspn(quote + 1, "\""), quote + 1);
}

void lift_next_revision(const char *revision, char next[LIFT_NAME_MAX])
{
    char *digit = next;
    snprintf(next, LIFT_NAME_MAX, "%s", revision);
    digit += strcspn(digit, "B");
    digit += strspn(digit, "B0123456789") - 1;
    if (digit > next && *digit >= '0' && *digit < '9')
        (*digit)++;
    else if (digit > next && *digit == '9')
        *digit = '8';
}

/* The longest name of a variant that a line holds; NULL: none does. */
static const char *variant_in(const struct dialogue *dialogue)
{
    const char *best = NULL, *name;
    for (size_t i = 0; i < dialogue->line_count; i++)
        for (size_t k = 0; (name = sim_variant(k)) != NULL; k++)
            if (strstr(dialogue->lines[i].text, name) && (!best || strlen(name) > strlen(best)))
                best = name;
    return best;
}

/* What whoever recorded it knew; the model that the module itself names counts more. */
static void take_header(struct lift_facts *facts, const struct dialogue *dialogue)
{
    const char *variant = variant_in(dialogue);
    char revision[LIFT_NAME_MAX];
    snprintf(revision, sizeof revision, "%.*s", LIFT_NAME_MAX - 1, dialogue->log->header.revision);
    take_revision(facts, revision);
    if (variant)
        snprintf(facts->variant, sizeof facts->variant, "%s", variant);
}

/* Of what its host sent behind prompts, how much the module took: what it refused was sent again,
   and from the first command on all of it was. `unanswered`: what got no answer was taken, too. */
static uint64_t taken_bytes(const struct dialogue *dialogue, bool unanswered)
{
    const struct dialogue_step *first = NULL;
    uint64_t taken = 0, most = 0;
    for (size_t i = 1; i < dialogue->step_count; i++) {
        const struct dialogue_step *step = &dialogue->steps[i];
        bool answered = step->result_at_us != TRACE_NO_TIME;
        if (step->data_bytes == 0)
            continue;
        if (!first)
            first = step;
        else if (strcmp(step->command, first->command) == 0)
            taken = 0;
        if (answered ? dialogue_result(dialogue, step)[0] == 'O' : unanswered)
            taken += step->data_bytes;
        most = taken > most ? taken : most;
    }
    return most;
}

/* Does an answer say that number? */
static bool is_told(const struct dialogue *dialogue, uint64_t number)
{
    for (size_t i = 0; i < dialogue->line_count; i++) {
        const struct dialogue_line *line = &dialogue->lines[i];
        const char *at = line->kind == TAP_ANSWER ? strpbrk(line->text, "0123456789") : NULL;
        while (at) {
            char *end;
            if (strtoull(at, &end, 10) == number)
                return true;
            at = strpbrk(end, "0123456789");
        }
    }
    return false;
}

static uint64_t pushed_bytes(const struct dialogue *dialogue)
{
    uint64_t sure = taken_bytes(dialogue, false), perhaps = taken_bytes(dialogue, true), sent = 0;
    for (size_t i = 1; i < dialogue->step_count; i++)
        sent += dialogue->steps[i].data_bytes;
    if (sure && is_told(dialogue, sure))
        return sure;
    return perhaps ? perhaps : sent;
}

enum { SIZE_GUESS_BYTES = 109285 };

void lift_facts(const struct dialogue *dialogue, struct lift_facts *ret_facts)
{
    uint64_t pushed = pushed_bytes(dialogue), read = 0;
    char value[LIFT_NAME_MAX];
    struct lift_facts *facts = ret_facts;
    *facts = (struct lift_facts){.has_update = false};
    for (size_t i = 1; i < dialogue->step_count; i++) {
        const struct dialogue_step *step = &dialogue->steps[i];
        if (answer_of(dialogue, step, SIM_QUESTION_REVISION, value, sizeof value))
            take_revision(facts, value);
        take_url(facts, step);
        take_apn(facts, step);
        take_ftp(facts, step);
        facts->has_update |= role_of(step) == SIM_ROLE_START_UPDATE ||
                             strstr(step->command, sim_package_path) != NULL ||
                             (asks(SIM_QUESTION_STATUS, step) && facts->from[0]);
        read += step->read_bytes;
    }
    facts->by_push = !facts->url[0] && !facts->by_ftp && pushed > 0;
    take_size(facts, dialogue);
    if (facts->by_push && !facts->size_bytes && pushed >= PACKAGE_MIN)
        facts->size_bytes = (uint32_t)pushed;
    facts->guessed_size = facts->size_bytes == 0;
    if (facts->guessed_size)
        facts->size_bytes = SIZE_GUESS_BYTES;
    facts->reads_back = read * 2 > facts->size_bytes;
    facts->guessed_url = !facts->url[0];
    if (facts->guessed_url)
        snprintf(facts->url, sizeof facts->url, "http://fota.example/update.zip");
    if (!facts->from[0] && dialogue->log->header.revision[0])
        take_header(facts, dialogue);
    facts->has_update &= facts->from[0] != '\0';
    if (!facts->from[0]) {
        struct sim_config config;
        const char *variant = variant_in(dialogue);
        sim_config_init(&config);
        if (variant)
            sim_config_identify(&config, variant, NULL);
        take_revision(facts, config.revision);
    }
    facts->guessed_target = facts->from[0] && !facts->to[0];
    if (facts->guessed_target)
        lift_next_revision(facts->from, facts->to);
}

/* ---- rules ---------------------------------------------------------------------------------- */

static bool is_under_way(const char *status)
{
    enum { FIRST = 1, LAST = 5 };
    unsigned long value = strtoul(status, NULL, 10);
    return status[0] && value >= FIRST && value <= LAST;
}

static void add_broken(struct lift_broken *broken, size_t capacity, size_t *count, unsigned rule,
                       const struct dialogue_step *step, const char *why)
{
    if (*count < capacity) {
        struct lift_broken *one = &broken[*count];
        one->rule = scenario_rule_rows[rule].name;
        one->at_us = step->at_us;
        snprintf(one->what, sizeof one->what, "AT%.60s %s", step->command, why);
    }
    (*count)++;
}

size_t lift_broken_rules(const struct dialogue *dialogue, struct lift_broken *broken,
                         size_t capacity)
{
    size_t count = 0;
    bool updating = false, started = false;
    char status[16] = "";
    for (size_t i = 1; i < dialogue->step_count; i++) {
        const struct dialogue_step *step = &dialogue->steps[i];
        enum sim_role role = role_of(step);
        (void)answer_of(dialogue, step, SIM_QUESTION_STATUS, status, sizeof status);
        if (role == SIM_ROLE_START_UPDATE && started)
            add_broken(broken, capacity, &count, SCENARIO_RULE_START_ONCE, step,
                       "was sent again, and nothing had ended the attempt before");
        if (role == SIM_ROLE_CLEAR_UPDATE && is_under_way(status))
            add_broken(broken, capacity, &count, SCENARIO_RULE_NO_CLEAR, step,
                       "was sent on a status that says that the update is under way");
        if (role == SIM_ROLE_RESTART && updating)
            add_broken(broken, capacity, &count, SCENARIO_RULE_NO_DISTURBANCE, step,
                       "was sent while the module updated");
        started |= role == SIM_ROLE_START_UPDATE && step->result_at_us != TRACE_NO_TIME &&
                   dialogue_result(dialogue, step)[0] == 'O';
        if (role == SIM_ROLE_CLEAR_UPDATE)
            started = false;
        for (size_t k = 0; k < step->line_count; k++) {
            const struct dialogue_line *line = &dialogue->lines[step->first_line + k];
            unsigned order;
            enum sim_sign sign = sim_sign_of(line->text, strlen(line->text), &order);
            if (line->kind == TAP_URC && sign == SIM_SIGN_UPDATER)
                updating = true;
            if (line->kind == TAP_URC && (sign == SIM_SIGN_UPDATED))
                updating = started = false;
        }
    }
    return count;
}
