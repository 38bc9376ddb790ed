/* oracle.c - asks an emulator what a line answers. */
#include "harness/trace/oracle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/catalogue.h"
#include "sim/sim.h"

enum { STORE_BYTES = 65536, ANSWER_BYTES = 1024, COMMAND_BYTES = 48, SHAPE_BYTES = 96 };
enum { BOOT_US = 20000000, ANSWER_US = 3000000, RATE_BPS = 115200 };

/* A question, and the first line that answers it. */
struct known {
    char command[COMMAND_BYTES], line[SHAPE_BYTES];
};

/* What was found out of a name; a log asks the same again and again. */
struct told {
    char name[COMMAND_BYTES], command[COMMAND_BYTES];
};

enum { KNOWN_MAX = 256, TOLD_MAX = 256 };

struct trace_oracle {
    struct known known[KNOWN_MAX]; /* of the commands whose answers have no name */
    struct told told[TOLD_MAX];
    size_t known_count, told_count;
    bool asked; /* known is filled */
    struct sim_config config;
    struct sim_store store;
    struct sim_host host;
    struct sim booted, now;
    uint64_t now_us;
};

/* ---- asking --------------------------------------------------------------------------------- */

static size_t run_until(struct trace_oracle *oracle, uint64_t until_us, char *answer,
                        size_t capacity)
{
    size_t used = 0;
    for (;;) {
        uint32_t rate;
        uint8_t buffer[256];
        uint64_t next = sim_advance(&oracle->now, &oracle->host, oracle->now_us);
        size_t size;
        while ((size = sim_transmit(&oracle->now, &oracle->host, buffer, sizeof buffer, &rate,
                                    oracle->now_us)) > 0)
            for (size_t i = 0; i < size && used < capacity; i++)
                answer[used++] = (char)buffer[i];
        if (next > until_us)
            break;
        oracle->now_us = next > oracle->now_us ? next : oracle->now_us + 1;
    }
    oracle->now_us = until_us;
    return used;
}

static size_t ask(struct trace_oracle *oracle, const char *command, char *answer, size_t capacity)
{
    char line[COMMAND_BYTES + 1];
    int length = snprintf(line, sizeof line, "%s\r", command);
    sim_receive(&oracle->now, &oracle->host, (const uint8_t *)line, (size_t)length, RATE_BPS,
                oracle->now_us);
    return run_until(oracle, oracle->now_us + ANSWER_US, answer, capacity);
}

struct trace_oracle *trace_oracle_new(void)
{
    struct trace_oracle *oracle = calloc(1, sizeof *oracle);
    char answer[ANSWER_BYTES];
    if (!oracle)
        return NULL;
    oracle->store.bytes = calloc(1, STORE_BYTES);
    if (!oracle->store.bytes) {
        free(oracle);
        return NULL;
    }
    oracle->store.capacity = STORE_BYTES;
    sim_config_init(&oracle->config);
    oracle->config.settings[SIM_SETTING_PORT_RATE] = RATE_BPS;
    oracle->host.config = &oracle->config;
    oracle->host.store = &oracle->store;
    sim_init(&oracle->now, &oracle->host, 0);
    struct sim_action on = {.kind = SIM_ACTION_POWER_ON};
    sim_apply(&oracle->now, &oracle->host, &on, 0);
    run_until(oracle, BOOT_US, answer, sizeof answer);
    ask(oracle, "AT", answer, sizeof answer);
    oracle->booted = oracle->now;
    return oracle;
}

void trace_oracle_free(struct trace_oracle *oracle)
{
    if (!oracle)
        return;
    free(oracle->store.bytes);
    free(oracle);
}

/* ---- looking alike --------------------------------------------------------------------------- */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Letters and digits in runs; a line of digits alone keeps its length. */
static void shape_of(const char *line, size_t length, char shape[SHAPE_BYTES])
{
    size_t used = 0;
    bool digits = length > 0;
    for (size_t i = 0; i < length && used + 1 < SHAPE_BYTES; i++) {
        bool digit = line[i] >= '0' && line[i] <= '9';
        char c = digit ? '0' : is_letter(line[i]) ? 'a' : line[i];
        digits &= digit;
        if (used && shape[used - 1] == c && (c == '0' || c == 'a'))
            continue;
        shape[used++] = c;
    }
    shape[used] = '\0';
    if (digits)
        snprintf(shape, SHAPE_BYTES, "%zu digits", length);
}

/* What stands before a colon; without one, the length of all. */
static size_t name_length(const char *line, size_t length)
{
    const char *colon = memchr(line, ':', length);
    return colon ? (size_t)(colon - line) : 0;
}

static bool alike(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t name = name_length(a, a_length);
    char one[SHAPE_BYTES], other[SHAPE_BYTES];
    shape_of(a, a_length, one);
    shape_of(b, b_length, other);
    /* What also comes by itself must look like the answer. */
    if (name || name_length(b, b_length))
        return name == name_length(b, b_length) && memcmp(a, b, name) == 0 &&
               (!sim_is_urc(a, a_length) || strcmp(one, other) == 0);
    /* What begins in words begins in the same ones. */
    size_t words = 0;
    while (words < a_length && is_letter(a[words]))
        words++;
    return strcmp(one, other) == 0 && words <= b_length && memcmp(a, b, words < 3 ? words : 3) == 0;
}

/* Does an emulator's answer to the command have a line like that, and end well? */
static bool answers(struct trace_oracle *oracle, const char *command, const char *line,
                    size_t length)
{
    char answer[ANSWER_BYTES];
    bool found = false, good = false;
    oracle->now = oracle->booted;
    size_t used = ask(oracle, command, answer, sizeof answer);
    for (size_t begin = 0; begin < used;) {
        size_t end = begin;
        while (end < used && answer[end] != '\r' && answer[end] != '\n')
            end++;
        if (end > begin && !(end - begin == strlen(command) &&
                             memcmp(answer + begin, command, end - begin) == 0)) {
            found |= alike(line, length, answer + begin, end - begin);
            good |= sim_is_final_result(answer + begin, end - begin) && answer[begin] == 'O';
        }
        begin = end + 1;
    }
    return found && good;
}

/* ---- the questions --------------------------------------------------------------------------- */

/* Tries the forms; "" in `command`: none of them. */
static void find_named(struct trace_oracle *oracle, const char *line, size_t length, size_t name,
                       char command[COMMAND_BYTES])
{
    static const char *const forms[] = {"?", "", "=?"};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        snprintf(command, COMMAND_BYTES, "AT%.*s%s", (int)name, line, forms[i]);
        if (answers(oracle, command, line, length))
            return;
    }
    command[0] = '\0';
}

static bool asks_named(struct trace_oracle *oracle, const char *line, size_t length, char *buffer,
                       size_t capacity)
{
    size_t name = name_length(line, length), i = 0;
    if (name + 6 > COMMAND_BYTES)
        return false;
    while (i < oracle->told_count &&
           (strlen(oracle->told[i].name) != name || memcmp(oracle->told[i].name, line, name) != 0))
        i++;
    if (i == TOLD_MAX)
        return false;
    if (i == oracle->told_count) {
        struct told *told = &oracle->told[oracle->told_count++];
        memcpy(told->name, line, name);
        find_named(oracle, line, length, name, told->command);
    }
    if (!oracle->told[i].command[0])
        return false;
    snprintf(buffer, capacity, "%s", oracle->told[i].command);
    return true;
}

/* The first line that is no echo, of a good answer. */
static void learn(struct trace_oracle *oracle, const char *command)
{
    char answer[ANSWER_BYTES];
    struct known *known = &oracle->known[oracle->known_count];
    oracle->now = oracle->booted;
    size_t used = ask(oracle, command, answer, sizeof answer), begin = 0;
    *known = (struct known){0};
    bool good = false;
    while (begin < used) {
        size_t end = begin;
        while (end < used && answer[end] != '\r' && answer[end] != '\n')
            end++;
        size_t length = end - begin;
        bool echo = length == strlen(command) && memcmp(answer + begin, command, length) == 0;
        good |= length && sim_is_final_result(answer + begin, length) && answer[begin] == 'O';
        if (length && !echo && !known->line[0])
            snprintf(known->line, sizeof known->line, "%.*s", (int)length, answer + begin);
        begin = end + 1;
    }
    if (!good || known->line[0] == '+' || sim_is_final_result(known->line, strlen(known->line)))
        return;
    snprintf(known->command, sizeof known->command, "%s", command);
    oracle->known_count++;
}

static void learn_all(struct trace_oracle *oracle)
{
    struct sim_manual_command manual;
    for (size_t i = 0; sim_manual_command(i, &manual) && oracle->known_count < KNOWN_MAX; i++) {
        size_t length = strlen(manual.command);
        if (strncmp(manual.command, "AT", 2) == 0 && manual.state == SIM_MANUAL_MODELLED &&
            length < COMMAND_BYTES && !sim_command_role(manual.command + 2, length - 2))
            learn(oracle, manual.command);
    }
    oracle->asked = true;
}

static bool asks_bare(struct trace_oracle *oracle, const char *line, size_t length, char *buffer,
                      size_t capacity)
{
    if (!oracle->asked)
        learn_all(oracle);
    for (size_t i = 0; i < oracle->known_count; i++) {
        const struct known *known = &oracle->known[i];
        if (!alike(line, length, known->line, strlen(known->line)))
            continue;
        snprintf(buffer, capacity, "%s", known->command);
        return true;
    }
    return false;
}

bool trace_oracle_asks(struct trace_oracle *oracle, const char *line, size_t length, char *buffer,
                       size_t capacity)
{
    if (!oracle || length == 0)
        return false;
    bool plus = line[0] == '+' || line[0] == '*' || line[0] == '^';
    if (name_length(line, length) && plus)
        return asks_named(oracle, line, length, buffer, capacity);
    return asks_bare(oracle, line, length, buffer, capacity);
}

bool trace_oracle_named(const char *line, size_t length, char *buffer, size_t capacity)
{
    size_t name = sim_is_urc(line, length) ? 0 : name_length(line, length);
    struct sim_manual_command manual;
    for (size_t i = 0; name && sim_manual_command(i, &manual); i++) {
        if (strlen(manual.command) != name + 2 || memcmp(manual.command + 2, line, name) != 0)
            continue;
        snprintf(buffer, capacity, "AT%.*s{x}", (int)name, line);
        return true;
    }
    return false;
}

bool trace_oracle_cause(const char *line, size_t length, char *buffer, size_t capacity,
                        bool *ret_open)
{
    size_t name = name_length(line, length);
    struct sim_manual_command manual;
    *ret_open = false;
    if (name == 0 || line[0] != '+' || name + 8 > capacity)
        return false;
    snprintf(buffer, capacity, "AT%.*s=1", (int)name, line);
    if (sim_update_urc_find(line, length) >= 0 &&
        sim_command_role(buffer + 2, strlen(buffer + 2)) == SIM_ROLE_START_UPDATE)
        return true;
    for (size_t i = 0; sim_manual_command(i, &manual); i++) {
        if (strlen(manual.command) != name + 2 || memcmp(manual.command + 2, line, name) != 0)
            continue;
        snprintf(buffer, capacity, "AT%.*s={x}", (int)name, line);
        *ret_open = true;
        return true;
    }
    return false;
}
