/* lift_ways.c - what the job, the host and the module may have been from the beginning: each
 * hypothesis is a plan, and is tried. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/trace/lift_facts.h"
#include "harness/trace/lift_parts.h"
#include "sim/catalogue.h"

/* What is shorter is no package. */
enum { FILE_MIN = 100 };

/* Is the key said at that place? */
bool lift_has_line(const struct lift_plan *plan, enum lift_place place, const char *text)
{
    size_t key = strcspn(text, ":") + 1;
    for (size_t i = 0; i < plan->lines[place].count; i++)
        if (strncmp(plan->lines[place].items[i], text, key) == 0)
            return true;
    return false;
}

bool lift_add_line(struct lift_plan *plan, enum lift_place place, const char *text)
{
    struct lift_lines *lines = &plan->lines[place];
    if (lines->count == LIFT_LINES_MAX || lift_has_line(plan, place, text))
        return false;
    snprintf(lines->items[lines->count++], LIFT_NAME_MAX, "%s", text);
    return true;
}

void lift_try_line(struct lifting *lifting, enum lift_place place, const char *text)
{
    struct lift_plan plan = lifting->best;
    if (lift_add_line(&plan, place, text))
        lift_try_plan(lifting, &plan);
}

/* What a job, its package, its host or its module may be like from the beginning. */
static const struct {
    enum lift_place place;
    const char *text;
} ways[] = {
    {LIFT_JOB, "download-tries: 1"},
    {LIFT_JOB, "download-tries: 2"},
    {LIFT_JOB, "download-tries: 5"},
    {LIFT_JOB, "attempts: 1"},
    {LIFT_JOB, "attempts: 2"},
    {LIFT_JOB, "checksum: yes"},
    {LIFT_JOB, "trust-report: yes"},
    {LIFT_JOB, "expected-size: unknown"},
    {LIFT_JOB, "downgrade: yes"},
    {LIFT_JOB, "supply-min: 3000mV"}, /* it is asked, and is enough */
    {LIFT_JOB, "supply-min: 4200mV"}, /* it is not */
    {LIFT_JOB, "never-restart: yes"},
    {LIFT_JOB, "network-timeout: 60s"},
    {LIFT_JOB, "download-timeout: 60s"},
    {LIFT_JOB, "update-timeout: 10min"},
    {LIFT_JOB, "total-timeout: 30min"},
    {LIFT_JOB, "model: another"}, /* than the module says; which one nothing shows */
    {LIFT_JOB, "unjudged: [registration]"},
    {LIFT_JOB, "unjudged: [bearer]"},
    {LIFT_JOB, "unjudged: [registration, bearer]"},
    {LIFT_JOB, "baud: 9600"},
    {LIFT_JOB, "baud: 115200"},
    {LIFT_JOB, "baud: 460800"},
    {LIFT_JOB, "baud: 921600"},
    {LIFT_PACKAGE, "damage-at: 20000B"},
    {LIFT_PACKAGE, "http: 404"},
    {LIFT_PACKAGE, "http: 500"},
    {LIFT_PACKAGE, "http: 601"},
    {LIFT_PACKAGE, "sent: 5000B"},
    {LIFT_RESTORE, "psm: on"},
    {LIFT_RESTORE, "psm: off"},
    {LIFT_RESTORE, "operator: ''"},
    {LIFT_HOST, "starts-after: 5s"},
    {LIFT_HOST, "starts-after: 10s"},
    {LIFT_HOST, "starts-after: 20s"},
    {LIFT_HOST, "starts-after: 30s"},
    {LIFT_HOST, "starts-after: 1min"},
    {LIFT_HOST, "refuses: [save-checkpoint]"},
    {LIFT_HOST, "refuses: [pwrkey-pulse]"},
    {LIFT_HOST, "refuses: [power-cycle]"},
    {LIFT_HOST, "refuses: [pwrkey-pulse, power-cycle]"},
    {LIFT_HOST, "refuses: [set-baud]"},
    {LIFT_HOST, "refuses: [give-bytes]"},
    {LIFT_HOST, "baud: 9600"},
    {LIFT_HOST, "baud: 57600"},
    {LIFT_HOST, "baud: 460800"},
    {LIFT_HOST, "request-time: 1s"},
    {LIFT_HOST, "request-time: 10s"},
    {LIFT_HOST, "says-later: yes"},
    {LIFT_PARAMETER, "E: 0"},
    {LIFT_PARAMETER, "IPR: 9600"},
    {LIFT_PARAMETER, "IPR: 57600"},
    {LIFT_PARAMETER, "IPR: 115200"},
    {LIFT_PARAMETER, "CFUN: 0"},
    {LIFT_PARAMETER, "CFUN: 4"},
    {LIFT_PARAMETER, "CMEE: 2"},
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The next number of a command, up to where its answer begins. */
static bool next_number(const char **text, unsigned long *ret_number)
{
    char *end;
    for (; **text && strncmp(*text, " -> ", 4) != 0; (*text)++)
        if (lift_is_digit(**text)) {
            *ret_number = strtoul(*text, &end, 10);
            *text = end;
            return true;
        }
    return false;
}

/* The name of a network: letters and what stands between them, as YAML takes it without quotes. */
static bool next_name(const char **text, char name[LIFT_NAME_MAX])
{
    const char *begin, *end;
    while ((begin = strchr(*text, '"')) != NULL && (end = strchr(begin + 1, '"')) != NULL) {
        size_t length = (size_t)(end - begin - 1);
        *text = end + 1;
        bool plain = length > 0 && length < 40;
        for (const char *at = begin + 1; at < end; at++)
            plain &= is_letter(*at) ||
                     (at > begin + 1 && (lift_is_digit(*at) || *at == '.' || *at == '-'));
        if (!plain)
            continue;
        snprintf(name, LIFT_NAME_MAX, "%.*s", (int)length, begin + 1);
        return true;
    }
    return false;
}

/* The whole value of a command, up to where its answer begins. */
static void try_restored_value(struct lifting *lifting)
{
    char text[2 * LIFT_NAME_MAX];
    size_t used = (size_t)snprintf(text, sizeof text, "bandcfg: ");
    const char *value = strchr(lifting->said, '='), *end = strstr(lifting->said, " -> ");
    if (!value || !end || value >= end || (size_t)(end - value) > LIFT_NAME_MAX / 2)
        return;
    snprintf(text + used, sizeof text - used, "'%.*s'", (int)(end - value - 1), value + 1);
    if (!strchr(text + used + 1, '\'') || strchr(text + used + 1, '\'')[1] == '\0')
        lift_try_line(lifting, LIFT_RESTORE, text);
}

/* Digits in quotes may be an operator. */
static void try_restored_operator(struct lifting *lifting)
{
    const char *begin = strchr(lifting->said, '"');
    size_t length = begin ? strspn(begin + 1, "0123456789") : 0;
    char text[LIFT_NAME_MAX];
    if (length == 0 || length > LIFT_NAME_MAX / 2 || begin[1 + length] != '"')
        return;
    snprintf(text, sizeof text, "operator: '%.*s'", (int)length, begin + 1);
    lift_try_line(lifting, LIFT_RESTORE, text);
}

/* The rate of a job, and an OK that was lost behind it: the host looks for the module at both. */
static void try_restored_rate(struct lifting *lifting, unsigned long baud_bps)
{
    struct lift_plan plan = lifting->best;
    char text[LIFT_NAME_MAX];
    snprintf(text, sizeof text, "baud: %lu", baud_bps);
    if (plan.event_count == LIFT_LINES_MAX || !strstr(lifting->said, "IPR=") ||
        !lift_add_line(&plan, LIFT_RESTORE, text))
        return;
    struct lift_event *event = &plan.events[plan.event_count++];
    *event = (struct lift_event){.often = 0};
    snprintf(event->when, sizeof event->when, "command: 'AT+IPR=%lu'", baud_bps);
    snprintf(event->action, sizeof event->action, "lose-to-host: line");
    lift_try_plan(lifting, &plan);
    lift_add_line(&plan, LIFT_JOB, "baud: 115200");
    lift_try_plan(lifting, &plan);
}

/* What a job wants set again: the numbers and names of the command that the emulator did not get.
 */
static void try_restore(struct lifting *lifting)
{
    static const char *const keys[] = {"baud", "cfun", "cnmp", "cmnb"};
    char text[2 * LIFT_NAME_MAX], name[LIFT_NAME_MAX]; /* what is too long is no scenario */
    unsigned long number;
    if (!strchr(lifting->said, '=') || !strstr(lifting->said, " -> "))
        return;
    try_restored_value(lifting);
    try_restored_operator(lifting);
    for (const char *at = lifting->said; next_number(&at, &number);) {
        for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
            snprintf(text, sizeof text, "%s: %lu", keys[i], number);
            lift_try_line(lifting, LIFT_RESTORE, text);
        }
        try_restored_rate(lifting, number);
    }
    for (const char *at = lifting->said; next_name(&at, name);) {
        snprintf(text, sizeof text, "apn: %s", name);
        lift_try_line(lifting, LIFT_RESTORE, text);
        for (const char *other = lifting->said; next_number(&other, &number);) {
            snprintf(text, sizeof text, "apn: %s, context: %lu", name, number);
            lift_try_line(lifting, LIFT_RESTORE, text);
        }
    }
}

/* A package that lies there before, whole or not, or of another pair of revisions. */
static void try_file(struct lifting *lifting, uint32_t bytes)
{
    const struct lift_facts *facts = &lifting->best.facts;
    char text[LIFT_NAME_MAX];
    snprintf(text, sizeof text, "files: [{path: %s, size: %uB}]", sim_package_path, bytes);
    lift_try_line(lifting, LIFT_MODULE, text);
    snprintf(text, sizeof text, "files: [{path: %s, size: %uB, from: %.20s, to: %.20s}]",
             sim_package_path, bytes, facts->to, facts->from);
    lift_try_line(lifting, LIFT_MODULE, text);
}

/* The package is longer than all that ever came of it. */
static void try_longer(struct lifting *lifting)
{
    struct lift_plan plan = lifting->best;
    char text[LIFT_NAME_MAX];
    snprintf(text, sizeof text, "sent: %uB", plan.facts.size_bytes);
    plan.facts.size_bytes += plan.facts.size_bytes / 4;
    if (lift_add_line(&plan, LIFT_PACKAGE, text))
        lift_try_plan(lifting, &plan);
}

/* The server says each time what the trace has. */
static void try_codes(struct lifting *lifting)
{
    enum { CODE_MIN = 201, CODE_MAX = 699 };
    char text[LIFT_NAME_MAX];
    for (const char *at = lifting->said; *at; at++) {
        char *end;
        unsigned long code = *at == ' ' ? strtoul(at, &end, 10) : 0;
        if (code < CODE_MIN || code > CODE_MAX)
            continue;
        snprintf(text, sizeof text, "http: %lu", code);
        lift_try_line(lifting, LIFT_PACKAGE, text);
    }
}

/* Names of files in flash that the trace lists and the emulator has not; how much came; what the
   module may run already. */
static void try_of_the_trace(struct lifting *lifting)
{
    char text[LIFT_NAME_MAX];
    try_file(lifting, lifting->best.facts.size_bytes);
    try_file(lifting, lifting->best.facts.size_bytes / 2);
    for (const char *at = lifting->said; *at;) {
        char *end;
        unsigned long number = lift_is_digit(*at) ? strtoul(at, &end, 10) : 0;
        at = lift_is_digit(*at) ? end : at + 1;
        if (number >= FILE_MIN && number <= UINT32_MAX)
            try_file(lifting, (uint32_t)number);
        snprintf(text, sizeof text, "sent: %luB", number);
        if (number > 0 && number < lifting->best.facts.size_bytes)
            lift_try_line(lifting, LIFT_PACKAGE, text);
    }
    snprintf(text, sizeof text, "sent: %uB", lifting->best.facts.size_bytes / 2);
    lift_try_line(lifting, LIFT_PACKAGE, text);
    try_codes(lifting);
    try_longer(lifting);
    snprintf(text, sizeof text, "revision: %.48s", lifting->best.facts.to);
    lift_try_line(lifting, LIFT_MODULE, text);
}

const char *lift_limit(size_t index)
{
    static const char *const limits[] = {"download-timeout: 60s", "network-timeout: 60s",
                                         "update-timeout: 10min", "total-timeout: 30min",
                                         "download-tries: 1",     "download-tries: 5",
                                         "attempts: 1",           "never-restart: yes"};
    return index < sizeof limits / sizeof limits[0] ? limits[index] : NULL;
}

enum { WAY_COUNT = sizeof ways / sizeof ways[0] };

/* Nothing says where the package comes from: from the host, that got no byte of it through. */
static void try_push(struct lifting *lifting)
{
    struct lift_plan plan = lifting->best;
    plan.facts.by_push = true;
    if (plan.facts.guessed_url && !lifting->best.facts.by_push && !plan.facts.by_ftp)
        lift_try_plan(lifting, &plan);
}

/* The job is for another base than the module runs; for which one nothing shows. */
static void try_base(struct lifting *lifting)
{
    struct lift_plan plan = lifting->best;
    char text[LIFT_NAME_MAX];
    snprintf(text, sizeof text, "revision: %.48s", plan.facts.from);
    snprintf(plan.facts.from, sizeof plan.facts.from, "%s", lifting->best.facts.to);
    lift_next_revision(plan.facts.from, plan.facts.to);
    if (plan.facts.guessed_target && lift_add_line(&plan, LIFT_MODULE, text))
        lift_try_plan(lifting, &plan);
}

/* The trace ends where the run goes on: the job's time was over, a round one as a rule. */
static void try_total_time(struct lifting *lifting)
{
    static const uint64_t rounds_s[] = {60, 10, 1};
    char text[LIFT_NAME_MAX];
    if (lifting->best_fit.common < lifting->recorded.count || lifting->best_fit.complete)
        return;
    const struct trace_log *log = lifting->dialogue->log;
    uint64_t ended_us = log->pieces[log->count - 1].time_us;
    for (size_t i = 0; i < sizeof rounds_s / sizeof rounds_s[0]; i++) {
        uint64_t seconds = ended_us / 1000000 / rounds_s[i] * rounds_s[i] + rounds_s[i];
        snprintf(text, sizeof text, "total-timeout: %" PRIu64 "s", seconds);
        lift_try_line(lifting, LIFT_JOB, text);
    }
}

/* It ends in calls that nobody answers: the host could do no more for the module, and what ailed it
   lasted. */
static void try_given_up(struct lifting *lifting)
{
    static const char refuses[] = "refuses: [pwrkey-pulse, power-cycle]", lasts[] = ", for: ";
    struct lift_plan plan = lifting->best;
    const struct dialogue *dialogue = lifting->dialogue;
    const struct dialogue_step *last = &dialogue->steps[dialogue->step_count - 1];
    if (lifting->best_fit.common < lifting->recorded.count || lifting->best_fit.complete ||
        last->result_at_us != TRACE_NO_TIME || !lift_add_line(&plan, LIFT_HOST, refuses))
        return;
    lift_try_plan(lifting, &plan);
    char *action = plan.event_count ? plan.events[plan.event_count - 1].action : NULL;
    char *time = action ? strstr(action, lasts) : NULL;
    if (!time)
        return;
    *time = '\0';
    lift_try_plan(lifting, &plan);
}

/* The module came back with a revision that the job did not want; which one it wanted nothing
   shows. */
static void try_third_revision(struct lifting *lifting)
{
    struct lift_plan plan = lifting->best;
    lift_next_revision(plan.facts.from, plan.facts.to);
    if (strcmp(plan.facts.to, lifting->best.facts.to) == 0)
        return;
    plan.facts.guessed_target = true;
    if (lift_add_line(&plan, LIFT_SETTING, "revision-after: third"))
        lift_try_plan(lifting, &plan);
}

/* What only the trace itself can say. */
static void (*const of_the_trace[])(struct lifting *) = {
    try_of_the_trace, try_restore,    try_push,     try_base,           lift_try_rates,
    lift_try_ends,    try_total_time, try_given_up, try_third_revision,
};

/* Those of the table, then these. */
static size_t count_ways(const struct lifting *lifting)
{
    (void)lifting;
    return WAY_COUNT + sizeof of_the_trace / sizeof of_the_trace[0];
}

static void try_way(struct lifting *lifting, size_t index)
{
    if (index < WAY_COUNT)
        lift_try_line(lifting, ways[index].place, ways[index].text);
    else
        of_the_trace[index - WAY_COUNT](lifting);
}

const struct lift_kind lift_ways = {count_ways, try_way};
