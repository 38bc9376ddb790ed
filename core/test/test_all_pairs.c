/*
 * test_all_pairs.c - every step of the real table, in every kind of waiting that the ways of
 * support_situations.c lead into, meets every kind of line, as a whole and one byte at a time: each
 * pair is decided, none leaves a state without a deadline, and silence after it comes to an end
 * with one outcome.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/at_line.h"
#include "core/test/support.h"
#include "core/test/support_lines.h"
#include "core/test/support_situations.h"

#define ADVANCES_MAX 20000u
#define LONG_LINE    700u

/* ---- kinds of lines ------------------------------------------------------------------------ */

/* Kinds that are made, not listed in support_lines.h; numbered behind those. */
enum made {
    MADE_EXPECTED,
    MADE_ECHO,
    MADE_ZEROS,
    MADE_LONG_TEXT,
    MADE_LONG_URC,
    MADE_SILENCE,
    MADE_COUNT
};

#define KINDS (COUNT_OF(lines) + MADE_COUNT)
#define WAYS  4u /* whole or by the byte, requests done or refused afterwards */

/* ---- decisions ----------------------------------------------------------------------------- */

/* What became of a kind of line: X(NAME, "name"). The first that fits counts. */
#define DECISIONS(X)                                                                               \
    X(ENDED, "ended the procedure")                                                                \
    X(WENT_ON, "led to another step")                                                              \
    X(RESULT, "taken as a result")                                                                 \
    X(PROMPT, "taken as a prompt")                                                                 \
    X(INFORMATION, "taken as information")                                                         \
    X(UNSOLICITED, "taken as unsolicited")                                                         \
    X(SEARCH, "a result while it looks for the module")                                            \
    X(RAW, "taken as raw bytes")                                                                   \
    X(TIME, "time passed")                                                                         \
    X(ECHO, "taken as an echo")                                                                    \
    X(DROPPED, "dropped as too long")                                                              \
    X(NONE, "not decided")

enum decision {
#define X(name, text) DECIDED_##name,
    DECISIONS(X)
#undef X
        DECISION_COUNT
};

static const char *const decision_names[] = {
#define X(name, text) text,
    DECISIONS(X)
#undef X
};

/* ---- one pair ------------------------------------------------------------------------------ */

struct pair {
    struct fota fota;
    struct fota_job job;
    struct fota_host host;
    struct watch watch;
    uint64_t now_us;
    bool by_byte;
    unsigned events[FOTA_EVENT_COUNT];
};

static struct situation situations[SITUATIONS_MAX];
static size_t situation_count;
static unsigned counts[DECISION_COUNT];

static void on_event(void *context, uint64_t now_us, const struct fota_event *event)
{
    struct pair *pair = context;
    (void)now_us;
    pair->events[event->kind]++;
    watch_event(&pair->watch, event);
}

static void say(struct pair *pair, const char *bytes, size_t size)
{
    size_t piece = pair->by_byte ? 1 : size;
    for (size_t i = 0; i < size; i += piece)
        fota_receive(&pair->fota, &pair->host, bytes + i, piece, pair->now_us);
}

static void say_line(struct pair *pair, const char *line)
{
    say(pair, "\r\n", 2);
    say(pair, line, strlen(line));
    say(pair, "\r\n", 2);
}

static void say_long(struct pair *pair, const char *begin)
{
    char text[LONG_LINE];
    memset(text, '7', sizeof text);
    memcpy(text, begin, strlen(begin));
    say(pair, text, sizeof text);
    say(pair, "\r\n", 2);
}

static void say_kind(struct pair *pair, size_t kind)
{
    static const char zeros[] = "\0\0\0\0\r\n";
    uint64_t next;
    if (kind < COUNT_OF(lines)) {
        say_line(pair, lines[kind]);
        return;
    }
    switch ((enum made)(kind - COUNT_OF(lines))) {
    case MADE_EXPECTED:
        say_line(pair, watch_expected_information(&pair->watch));
        say_line(pair, "OK");
        break;
    case MADE_ECHO:
        say(pair, pair->fota.at.command, pair->fota.at.command_length);
        say(pair, "\r\r\nOK\r\n", 7);
        break;
    case MADE_ZEROS:
        say(pair, zeros, sizeof zeros - 1);
        break;
    case MADE_LONG_TEXT:
        say_long(pair, "A");
        break;
    case MADE_LONG_URC:
        say_long(pair, "+CFOTA: ");
        break;
    default: /* silence until the next deadline */
        next = watch_advance(&pair->watch, &pair->fota, &pair->host, pair->now_us);
        pair->now_us = next != FOTA_NEVER ? next : pair->now_us;
        watch_advance(&pair->watch, &pair->fota, &pair->host, pair->now_us);
    }
}

static void transmit(struct pair *pair)
{
    char bytes[64];
    while (fota_transmit(&pair->fota, &pair->host, bytes, sizeof bytes, pair->now_us) > 0)
        ;
}

static void begin(struct pair *pair, const struct situation *situation, bool by_byte)
{
    memset(pair, 0, sizeof *pair);
    pair->by_byte = by_byte;
    pair->fota = situation->fota;
    pair->job = situation->job;
    pair->watch = situation->watch;
    pair->now_us = situation->now_us;
    pair->host = (struct fota_host){&pair->job, on_event, pair};
    transmit(pair);
}

/* An echo is a line that begins like a command; a line of more than the buffer is none. */
static enum decision decide_silent(size_t kind)
{
    if (kind < COUNT_OF(lines))
        return strncmp(lines[kind], "AT", 2) == 0 ? DECIDED_ECHO : DECIDED_NONE;
    size_t made = kind - COUNT_OF(lines);
    return made == MADE_LONG_TEXT || made == MADE_LONG_URC ? DECIDED_DROPPED : DECIDED_NONE;
}

/* A final result, and what is made with OK. */
static bool is_result(size_t kind)
{
    return kind < LINES_RESULTS || kind == COUNT_OF(lines) + MADE_EXPECTED ||
           kind == COUNT_OF(lines) + MADE_ECHO;
}

static enum decision decide(const struct pair *pair, const struct fota *before, uint64_t began_us,
                            size_t kind)
{
    const struct fota *after = &pair->fota;
    if (pair->events[FOTA_EVENT_OUTCOME] > 0)
        return DECIDED_ENDED;
    if (after->step != before->step)
        return DECIDED_WENT_ON;
    if (pair->events[FOTA_EVENT_RESULT] > 0)
        return DECIDED_RESULT;
    if (after->at.data != before->at.data)
        return DECIDED_PROMPT;
    if (pair->events[FOTA_EVENT_STATUS] > 0 || after->info_seen != before->info_seen ||
        strcmp(after->result.evidence, before->result.evidence) != 0)
        return DECIDED_INFORMATION;
    if (pair->events[FOTA_EVENT_URC] > 0)
        return DECIDED_UNSOLICITED;
    if (is_result(kind) && (before->at.mode == AT_MODE_PROBE || before->at.mode == AT_MODE_QUIET))
        return DECIDED_SEARCH;
    if (after->at.raw_left != before->at.raw_left)
        return DECIDED_RAW;
    if (kind == COUNT_OF(lines) + MADE_SILENCE && pair->now_us > began_us)
        return DECIDED_TIME;
    return decide_silent(kind);
}

/* Silence; every request is answered so. Returns whether there is an end. */
static bool run_out(struct pair *pair, bool done)
{
    for (unsigned i = 0; i < ADVANCES_MAX; i++) {
        uint64_t next = watch_advance(&pair->watch, &pair->fota, &pair->host, pair->now_us);
        if (fota_result(&pair->fota) != NULL)
            return true;
        watch_serve(&pair->fota, &pair->host, done, pair->now_us, NULL);
        transmit(pair);
        if (next > pair->now_us && fota_result(&pair->fota) == NULL)
            pair->now_us = next;
    }
    return false;
}

/* Nothing is taken any more once there is a result. */
static void check_end(struct pair *pair, size_t kind)
{
    struct fota before = pair->fota;
    before.stat_counts.received_bytes = 0;
    if (kind - COUNT_OF(lines) != MADE_SILENCE)
        say_kind(pair, kind);
    pair->fota.stat_counts.received_bytes = 0;
    if (memcmp(&before, &pair->fota, sizeof before) != 0)
        fail_msg("kind %u changes a client that is done", (unsigned)kind);
}

static void check_pair(const struct situation *situation, size_t kind, bool by_byte, bool done)
{
    static struct pair pair;
    const char *line = kind < COUNT_OF(lines) ? lines[kind] : "(made)";
    begin(&pair, situation, by_byte);
    struct fota before = pair.fota;
    say_kind(&pair, kind);
    enum decision decision = decide(&pair, &before, situation->now_us, kind);
    counts[decision]++;
    transmit(&pair);
    watch_advance(&pair.watch, &pair.fota, &pair.host, pair.now_us);
    bool ends = run_out(&pair, done);
    const char *broken = ends ? pair.watch.broken : "no end comes";
    if (broken == NULL && decision == DECIDED_NONE)
        broken = decision_names[DECIDED_NONE];
    if (broken != NULL)
        fail_msg("way '%s', step %u%s (%s, %s), kind %u '%s'%s: %s; now in %s, step %u",
                 situation->way, situation->fota.step, situation_waiting(situation),
                 fota_state_name(situation->fota.state), situation->watch.command, (unsigned)kind,
                 line, by_byte ? " by the byte" : "", broken, fota_state_name(pair.fota.state),
                 pair.fota.step);
    check_end(&pair, kind);
}

#define FIRST (STEP_ROUTE + 1) /* the words end with it */

/* ---- tests --------------------------------------------------------------------------------- */

static void walk(void **state)
{
    const struct situation *situation = *state;
    for (size_t kind = 0; kind < KINDS; kind++)
        for (unsigned way = 0; way < WAYS; way++)
            check_pair(situation, kind, (way & 1u) != 0, (way & 2u) != 0);
}

static void every_row_of_the_table_is_filled_in(void **state)
{
    (void)state;
    for (unsigned step = FIRST; step < STEP_COUNT; step++) {
        const struct fota_step *row = &fota_steps[step];
        if (row->state <= FOTA_STATE_IDLE || row->state >= FOTA_STATE_COUNT)
            fail_msg("step %u has no row", step);
    }
}

/* A step of kind KIND_JUDGE decides at once, so no line ever meets it; neither does one meet the
 * time before the start, IDLE, nor is one taken after the end, DONE. */
static void every_step_that_waits_is_entered(void **state)
{
    unsigned steps = 0, missing = 0;
    (void)state;
    for (unsigned step = FIRST; step < STEP_DONE; step++) {
        size_t i = 0;
        if (fota_steps[step].kind == KIND_JUDGE)
            continue;
        while (i < situation_count && situations[i].fota.step != step)
            i++;
        steps++;
        missing += i == situation_count;
        if (i == situation_count)
            printf("step %u (%s) is entered on no way\n", step,
                   fota_state_name(fota_steps[step].state));
    }
    assert_int_equal(missing, 0);
    printf("counted: %u steps that wait, all entered, in %u situations\n", steps,
           (unsigned)situation_count);
}

static void every_state_is_entered(void **state)
{
    unsigned missing = 0;
    (void)state;
    for (unsigned one = FOTA_STATE_IDLE + 1; one < FOTA_STATE_DONE; one++) {
        size_t i = 0;
        while (i < situation_count && situations[i].fota.state != one)
            i++;
        missing += i == situation_count;
        if (i == situation_count)
            printf("state %s is entered on no way\n", fota_state_name(one));
    }
    assert_int_equal(missing, 0);
}

/* The last test: each pair was met, and each decision is met somewhere. */
static void every_pair_is_decided(void **state)
{
    unsigned sum = 0;
    (void)state;
    for (unsigned i = 0; i < DECISION_COUNT; i++)
        sum += counts[i];
    printf("counted: %u pairs (%u situations, %u kinds of lines, %u ways)", sum,
           (unsigned)situation_count, (unsigned)KINDS, WAYS);
    for (unsigned i = 0; i < DECISION_COUNT; i++)
        printf("%s%u %s", i == 0 ? ": " : ", ", counts[i], decision_names[i]);
    printf("\n");
    assert_int_equal(sum, situation_count * KINDS * WAYS);
    for (unsigned i = 0; i < DECIDED_NONE; i++)
        assert_true(counts[i] > 0);
}

int main(void)
{
    static struct CMUnitTest tests[SITUATIONS_MAX + 4];
    size_t count = 0;
    situation_count = situations_take(situations);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(every_row_of_the_table_is_filled_in);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(every_step_that_waits_is_entered);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(every_state_is_entered);
    for (size_t i = 0; i < situation_count; i++) {
        char place[64];
        snprintf(place, sizeof place, " step %u%s", situations[i].fota.step,
                 situation_waiting(&situations[i]));
        const char *name = fota_state_name(situations[i].fota.state);
        tests[count++] =
            (struct CMUnitTest){test_name(name, place), walk, NULL, NULL, &situations[i]};
    }
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(every_pair_is_decided);
    return _cmocka_run_group_tests("all_pairs", tests, count, NULL, NULL);
}
