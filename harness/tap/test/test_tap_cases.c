/*
 * The tap against what the emulator tells of itself, in every bundled case: what the wire can show
 * agrees, and what it can't is a row of a table with its reason and its count.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/bench/run.h"
#include "harness/tap/tap.h"
#include "harness/tap/test/support_align.h"
#include "sim/catalogue.h"

/* ---- classes ------------------------------------------------------------------------------- */

#define CLASSES(X)                                                                                 \
    X(COMMAND, "command", 60)                                                                      \
    X(RESULT, "result", 60)                                                                        \
    X(URC, "urc", 60)                                                                              \
    X(BOOT, "boot", 60)                                                                            \
    X(RESET, "reset", 3600)
enum class {
#define X(name, ...) CLASS_##name,
    CLASSES(X)
#undef X
        CLASS_COUNT
};
static const struct {
    const char *name;
    uint64_t window_s; /* how much later the other one may come: held answers, late signs of life */
} classes[] = {
#define X(id, name, window_s) {name, window_s},
    CLASSES(X)
#undef X
};

static const int8_t class_of_event[SIM_EVENT_COUNT] = {
    [SIM_EVENT_COMMAND] = 1 + CLASS_COMMAND, [SIM_EVENT_RESULT] = 1 + CLASS_RESULT,
    [SIM_EVENT_URC] = 1 + CLASS_URC,         [SIM_EVENT_BOOT] = 1 + CLASS_BOOT,
    [SIM_EVENT_RESET] = 1 + CLASS_RESET,
};
static const int8_t class_of_kind[TAP_KIND_COUNT] = {
    [TAP_COMMAND] = 1 + CLASS_COMMAND, [TAP_RESULT] = 1 + CLASS_RESULT, [TAP_URC] = 1 + CLASS_URC,
    [TAP_BOOT] = 1 + CLASS_BOOT,       [TAP_RESET] = 1 + CLASS_RESET,
};

/* ---- one case ------------------------------------------------------------------------------ */

static struct align_list told[CLASS_COUNT], got[CLASS_COUNT];
static struct align_list cuts; /* restarts and losses of power */
static struct tap tap, byte_tap;
static uint64_t digest, byte_digest;
static struct {
    const struct scenario_case *one;
    struct align_context now;
    bool fault_to_host, fault_to_module; /* the case has one of the line, and it was ordered */
    bool scripted;                       /* the same: the module is made to say something */
    uint32_t host_bps; /* before the step: what comes in it may make the host change its rate */
} here;

/* The spans of events: every byte but CR and LF is in one. */
static struct {
    uint8_t bytes[8 << 20];
    uint64_t fed, covered, begin;
} stream[TAP_DIRECTIONS];

static void check_span(const struct tap_event *event)
{
    uint64_t *covered = &stream[event->direction].covered;
    bool again = event->kind == TAP_COMMAND && event->offset == stream[event->direction].begin;
    if (event->kind == TAP_BOOT || event->kind == TAP_RESET || again)
        return;
    for (uint64_t i = *covered; i < event->offset; i++)
        if (stream[event->direction].bytes[i] != '\r' && stream[event->direction].bytes[i] != '\n')
            fail_msg("%s: byte %llu belongs to no event", here.one->name, (unsigned long long)i);
    if (event->offset < *covered || event->length == 0)
        fail_msg("%s: the event %s at byte %llu begins inside the one before", here.one->name,
                 tap_kind_name(event->kind), (unsigned long long)event->offset);
    stream[event->direction].begin = event->offset;
    *covered = event->offset + event->length;
}

static uint64_t digest_of(uint64_t before, const struct tap_event *event)
{
    const uint64_t numbers[] = {event->at_us,     event->offset, event->length, event->kind,
                                event->direction, event->flags,  event->number, event->text_length};
    before = sim_digest(before, numbers, sizeof numbers);
    return sim_digest(before, event->text, event->text_length);
}

static void on_tap(void *context, const struct tap_event *event)
{
    (void)context;
    digest = digest_of(digest, event);
    check_span(event);
    int class = class_of_kind[event->kind] - 1;
    if (class < 0)
        return;
    bool bare = event->kind == TAP_BOOT || event->kind == TAP_RESET;
    struct align_list *list = &got[class];
    struct align_item *item =
        align_add(list, event->at_us, event->text, bare ? 0 : event->text_length);
    item->context = here.now;
    item->offset = event->offset;
    item->number = event->number;
    item->is_cut = event->flags & TAP_TRUNCATED;
    item->follows = list->count > 1 && item[-1].offset == item->offset;
}

static void on_byte_tap(void *context, const struct tap_event *event)
{
    (void)context;
    byte_digest = digest_of(byte_digest, event);
}

static void feed(enum tap_direction direction, const uint8_t *bytes, size_t size, uint64_t now_us)
{
    assert_true(stream[direction].fed + size <= sizeof stream[direction].bytes);
    memcpy(stream[direction].bytes + stream[direction].fed, bytes, size);
    stream[direction].fed += size;
    tap_feed(&tap, direction, bytes, size, now_us, on_tap, NULL);
    for (size_t i = 0; i < size; i++)
        tap_feed(&byte_tap, direction, bytes + i, 1, now_us, on_byte_tap, NULL);
}

static void on_fault(const struct scenario_action *action)
{
    const char *name = scenario_action_name(action->kind);
    here.fault_to_host |= strstr(name, "-to-host") != NULL;
    here.fault_to_module |= strstr(name, "-to-module") != NULL;
    here.scripted |= action->kind == SCENARIO_ACTION_REPLY || action->kind == SCENARIO_ACTION_URC;
}

static void on_module(const struct bench_record *record)
{
    int class = class_of_event[record->a] - 1;
    if (record->a == SIM_EVENT_RESET || (record->a == SIM_EVENT_POWER && record->number == 0))
        align_add(&cuts, record->time_us, "", 0);
    if (class < 0)
        return;
    struct align_item *item =
        align_add(&told[class], record->time_us, record->payload, record->length);
    item->context = here.now;
    item->number = record->number;
}

static void on_record(const struct bench_run *run, const struct bench_record *record)
{
    static uint8_t heard[4 * BENCH_WIRE_BYTES];
    size_t size;
    switch (record->kind) {
    case BENCH_JOURNAL_MODULE:
        on_module(record);
        break;
    case BENCH_JOURNAL_TO_HOST: /* as the host's receiver hears it */
        size = sim_garble(record->payload, record->length, record->number, here.host_bps, heard,
                          sizeof heard);
        feed(TAP_TO_HOST, heard, size, record->time_us);
        break;
    case BENCH_JOURNAL_TO_MODULE:
        feed(TAP_TO_MODULE, record->payload, record->length, record->time_us);
        break;
    case BENCH_JOURNAL_FAULT:
        on_fault(&run->one->actions[run->one->events[record->a].first_action + record->b]);
        break;
    default:
        break;
    }
}

static void look(const struct bench_run *run)
{
    const struct sim *sim = &run->world.sim;
    struct sim_view view;
    sim_view(sim, &view);
    here.host_bps = run->world.host.baud_bps;
    here.now = (struct align_context){
        .hangs = sim->power.hang != SIM_HANG_NONE,
        .up = view.answering || (sim->power.hang != SIM_HANG_NONE && view.phase == SIM_PHASE_IDLE),
        .found = sim->port.rate_found,
        .same_rate = sim->port.rate_bps == run->world.host.baud_bps,
        .busy = sim->interpreter.state != 0,
    };
}

/* ---- what the wire can't show -------------------------------------------------------------- */

enum side { TOLD, READ };

/* The next restart or loss of power after it, UINT64_MAX = none. */
static uint64_t next_cut_us(const struct align_item *item)
{
    for (size_t i = 0; i < cuts.count; i++)
        if (cuts.items[i].at_us > item->at_us)
            return cuts.items[i].at_us;
    return UINT64_MAX;
}

static bool nobody_listens(const struct align_item *item)
{
    return !item->context.up && !item->context.hangs;
}

static bool hangs(const struct align_item *item)
{
    return item->context.hangs;
}

static bool other_rate(const struct align_item *item)
{
    return !item->context.found || !item->context.same_rate;
}

static bool told_at_other_rate(const struct align_item *item)
{
    return !item->context.same_rate;
}

/* The first one of its line was answered, and that ended the line. */
static bool follows(const struct align_item *item)
{
    return item->follows;
}

static bool is_busy(const struct align_item *item)
{
    return item->context.busy;
}

static bool came_twice(const struct align_item *item)
{
    (void)item;
    return here.fault_to_module;
}

static bool came_damaged(const struct align_item *item)
{
    (void)item;
    return here.fault_to_module;
}

static bool line_fault(const struct align_item *item)
{
    (void)item;
    return here.fault_to_host;
}

static bool is_scripted(const struct align_item *item)
{
    (void)item;
    return here.scripted;
}

static bool is_cut(const struct align_item *item)
{
    uint64_t cut_us = next_cut_us(item);
    for (size_t i = 0; i < cuts.count; i++)
        if (cuts.items[i].at_us == item->at_us)
            return true;
    return cut_us != UINT64_MAX && cut_us - item->at_us < 2000000;
}

/* The first of its lines is sent at another rate: a firmware that came with one. */
static bool boots_at_other_rate(const struct align_item *item)
{
    const struct align_list *lines = &told[CLASS_URC];
    unsigned order;
    for (size_t i = 0; i < lines->count; i++) {
        const struct align_item *line = &lines->items[i];
        if (line->at_us >= item->at_us &&
            sim_sign_of(line->text, line->length, &order) != SIM_SIGN_NONE)
            return told_at_other_rate(line);
    }
    return false;
}

/* No line of the module shows it before the next restart. */
static bool is_silent(const struct align_item *item)
{
    const struct align_list *lines = &told[CLASS_URC];
    uint64_t until_us = next_cut_us(item);
    unsigned order;
    for (size_t i = 0; i < lines->count; i++) {
        const struct align_item *line = &lines->items[i];
        if (line->at_us >= item->at_us && line->at_us < until_us &&
            sim_sign_of(line->text, line->length, &order) != SIM_SIGN_NONE &&
            sim_sign_of(line->text, line->length, &order) != SIM_SIGN_UPDATED)
            return false;
    }
    return true;
}

/* The line is the answer to an earlier command that asked for it. */
static bool answers_late(const struct align_item *item)
{
    const struct align_list *commands = &told[CLASS_COMMAND];
    size_t name = strcspn(item->text, ":");
    for (size_t i = 0; i < commands->count; i++) {
        const struct align_item *command = &commands->items[i];
        if (command->at_us < item->at_us && item->at_us - command->at_us < 60000000 &&
            command->length == name + 1 && command->text[name] == '?' &&
            memcmp(command->text, item->text, name) == 0)
            return true;
    }
    return false;
}

/* The host had sent the read form of the line's own name when it arrived. */
static bool reads_like_the_answer(const struct align_item *item)
{
    const struct align_list *commands = &got[CLASS_COMMAND];
    size_t name = strcspn(item->text, ":");
    for (size_t i = 0; i < commands->count; i++) {
        const struct align_item *command = &commands->items[i];
        if (command->at_us < item->at_us + 1000000 && item->at_us < command->at_us + 1000000 &&
            command->length == name + 1 && command->text[name] == '?' &&
            memcmp(command->text, item->text, name) == 0)
            return true;
    }
    return false;
}

static bool is_updater(const struct align_item *item)
{
    return !item->context.up;
}

/* The first row that holds is the reason; counts.txt has how many of each the bundled cases have.
 */
static const struct row {
    enum class class;
    enum side side;
    bool (*holds)(const struct align_item *item);
    const char *reason;
} rows[] = {
    {CLASS_COMMAND, READ, nobody_listens, "the module is off, starts or updates"},
    {CLASS_COMMAND, READ, hangs, "the module is deaf"},
    {CLASS_COMMAND, READ, other_rate, "it does not know the host's rate, or not yet (IPR=0)"},
    {CLASS_COMMAND, READ, follows, "a command before it, on the same line, has failed"},
    {CLASS_COMMAND, READ, is_busy, "it came before the last line had its result"},
    {CLASS_COMMAND, READ, came_twice, "a fault of the line made it, or broke the one before"},
    {CLASS_COMMAND, READ, is_cut, "the module has restarted before it ran it"},
    {CLASS_RESULT, TOLD, hangs, "the module is mute"},
    {CLASS_RESULT, TOLD, is_cut, "lost in the module with its power, or by its restart"},
    {CLASS_RESULT, TOLD, line_fault, "a fault of the line lost or broke it"},
    {CLASS_RESULT, READ, line_fault, "a fault of the line doubled it"},
    {CLASS_RESULT, READ, is_scripted, "a scenario's unsolicited line reads like a result"},
    {CLASS_URC, TOLD, told_at_other_rate, "sent at another rate than the host's"},
    {CLASS_URC, TOLD, is_cut, "lost in the module with its power, or by its restart"},
    {CLASS_URC, TOLD, line_fault, "a fault of the line lost or broke it"},
    {CLASS_URC, TOLD, reads_like_the_answer, "its own read form waited: it reads like the answer"},
    {CLASS_URC, TOLD, is_scripted, "a scenario's unsolicited line reads like a result"},
    {CLASS_URC, READ, line_fault, "a fault of the line put it in, doubled it or broke it"},
    {CLASS_URC, READ, is_scripted, "a line of a scenario's answer that reads like a URC"},
    {CLASS_URC, READ, answers_late, "an answer to a command that the client had given up"},
    {CLASS_URC, READ, came_damaged, "the echo of a command that came damaged"},
    {CLASS_BOOT, TOLD, is_silent, "it prints no line before the next restart or the end"},
    {CLASS_BOOT, TOLD, told_at_other_rate, "its lines are sent at another rate than the host's"},
    {CLASS_BOOT, TOLD, line_fault, "a fault of the line lost or broke its lines"},
    {CLASS_BOOT, READ, line_fault, "a fault of the line put in or doubled a boot's line"},
    {CLASS_BOOT, READ, is_scripted, "a scenario has the module print a boot's line"},
    {CLASS_BOOT, READ, is_updater, "the updater prints RDY before its first line"},
    {CLASS_RESET, TOLD, is_silent, "it prints no line before the next restart or the end"},
    {CLASS_RESET, TOLD, line_fault, "a fault of the line lost or broke its lines"},
    {CLASS_RESET, READ, line_fault, "a fault of the line put in or doubled a boot's line"},
    {CLASS_RESET, READ, is_scripted, "a scenario has the module print a boot's line"},
    {CLASS_RESET, TOLD, boots_at_other_rate, "its lines are sent at another rate than the host's"},
};
enum { ROWS = sizeof rows / sizeof rows[0], OVERTAKEN = 27 };

static unsigned counts[ROWS], counts_before[ROWS], agree[CLASS_COUNT], unexplained, wrong_causes;
static const char counts_path[] = "harness/tap/test/counts.txt";
static FILE *stored;
static bool writes;        /* it is written anew */
static unsigned unstored;  /* scenarios that have no line there */
static unsigned differing; /* scenarios that have other lines */
static const char *const side_names[] = {"told only", "read only"};

static void count(enum class class, enum side side, const struct align_item *item)
{
    size_t row = 0;
    if (item->pair) {
        agree[class] += side == TOLD;
        return;
    }
    while (row < ROWS &&
           (rows[row].class != class || rows[row].side != side || !rows[row].holds(item)))
        row++;
    if (row < ROWS) {
        counts[row]++;
        return;
    }
    unexplained++;
    print_error("%s: %s %s at %.6f s without a reason: %.*s\n", here.one->name, classes[class].name,
                side_names[side], (double)item->at_us / 1e6, item->length, item->text);
}

/* The cause that the tap tells is the one that was to be expected; another restart may come first.
 */
static void check_cause(const struct align_item *item)
{
    static const uint32_t possible[] = {
        [TAP_CAUSE_UNKNOWN] = ~0u,
        [TAP_CAUSE_COMMAND] =
            1u << SIM_RESET_CFUN | 1u << SIM_RESET_PWRKEY | 1u << SIM_RESET_POWER_ON,
        [TAP_CAUSE_UPDATE] = 1u << SIM_RESET_CFOTA,
    };
    wrong_causes += item->pair && !(possible[item->number] >> item->pair->number & 1);
}

static void compare(void)
{
    for (unsigned class = 0; class < CLASS_COUNT; class ++) {
        bool command = class == CLASS_COMMAND; /* it is on the wire before the module runs it */
        align(command ? &got[class] : &told[class], command ? &told[class] : &got[class],
              classes[class].window_s * 1000000);
        for (size_t i = 0; i < told[class].count; i++)
            count((enum class) class, TOLD, &told[class].items[i]);
        for (size_t i = 0; i < got[class].count; i++)
            count((enum class) class, READ, &got[class].items[i]);
    }
    for (size_t i = 0; i < got[CLASS_RESET].count; i++)
        check_cause(&got[CLASS_RESET].items[i]);
}

static void begin_case(const struct scenario_case *one)
{
    memset(&here, 0, sizeof here);
    memset(&tap, 0, sizeof tap);
    memset(&byte_tap, 0, sizeof byte_tap);
    here.one = one;
    digest = byte_digest = SIM_DIGEST;
    cuts.count = 0;
    for (unsigned class = 0; class < CLASS_COUNT; class ++)
        told[class].count = got[class].count = 0;
    for (unsigned i = 0; i < TAP_DIRECTIONS; i++) {
        stream[i].fed = stream[i].covered = 0;
        stream[i].begin = UINT64_MAX;
    }
}

static void run_case(struct bench_run *run, const struct scenario_case *one)
{
    const struct bench_options options = {.seed = 5};
    struct bench_record record;
    begin_case(one);
    assert_true(bench_run_begin(run, one, &options));
    size_t offset = bench_journal_begin(&run->journal);
    for (bool more = true; more;) {
        look(run);
        more = bench_run_step(run);
        while (bench_journal_next(&run->journal, &offset, &record))
            on_record(run, &record);
    }
    compare();
    if (digest != byte_digest || memcmp(&tap, &byte_tap, sizeof tap) != 0)
        fail_msg("%s: fed byte by byte the tap tells something else", one->name);
}

static void print_table(unsigned cases)
{
    printf("counted: %u cases\n", cases);
    for (unsigned class = 0; class < CLASS_COUNT; class ++)
        printf("counted: %s: %u agree\n", classes[class].name, agree[class]);
    for (size_t i = 0; i < ROWS; i++)
        printf("counted: %s %s: %u, %s\n", classes[rows[i].class].name, side_names[rows[i].side],
               counts[i], rows[i].reason);
    printf("counted: reset: %u with the cause of an expected one that it has overtaken\n",
           wrong_causes);
    printf("counted: %u without a reason\n", unexplained);
    if (unstored)
        printf("counted: %u scenarios are not in %s yet\n", unstored, counts_path);
}

/* Lines "PATH: COUNT CLASS SIDE, REASON" of what the scenario's cases have. */
static size_t write_counts(const char *path, char *buffer, size_t capacity)
{
    size_t used = 0;
    for (size_t i = 0; i < ROWS; i++) {
        unsigned count = counts[i] - counts_before[i];
        if (count > 0)
            used += (size_t)snprintf(buffer + used, capacity - used, "%s: %u %s %s, %s\n", path,
                                     count, classes[rows[i].class].name, side_names[rows[i].side],
                                     rows[i].reason);
        counts_before[i] = counts[i];
    }
    buffer[used] = '\0';
    return used;
}

/* The stored lines of the scenario, in the same form. */
static size_t read_counts(const char *path, char *buffer, size_t capacity)
{
    char line[200];
    size_t length = strlen(path), used = 0;
    rewind(stored);
    while (fgets(line, sizeof line, stored))
        if (strncmp(line, path, length) == 0 && line[length] == ':')
            used += (size_t)snprintf(buffer + used, capacity - used, "%s", line);
    buffer[used] = '\0';
    return used;
}

static void tell_difference(const char *want, const char *now)
{
    differing++;
    print_error("%s: want\n%sgot\n%sIf the journals mean it, write it anew with\n"
                "  build/debug/harness/tap/test/test_tap_cases --write\n",
                counts_path, want, now);
}

/* A scenario that is new has no lines; what it has must have a reason, as everywhere. */
static unsigned run_scenario(struct bench_run *run, const char *path)
{
    static char got_lines[ROWS * 200], want_lines[ROWS * 200];
    struct scenario_errors errors = {0};
    struct scenario *scenario = scenario_load(path, &errors);
    assert_non_null(scenario);
    unsigned cases = (unsigned)scenario->case_count;
    for (size_t k = 0; k < scenario->case_count; k++)
        run_case(run, &scenario->cases[k]);
    scenario_free(scenario);
    size_t size = write_counts(path, got_lines, sizeof got_lines);
    if (writes)
        fputs(got_lines, stored);
    else if (read_counts(path, want_lines, sizeof want_lines) == 0)
        unstored += size > 0;
    else if (strcmp(want_lines, got_lines) != 0)
        tell_difference(want_lines, got_lines);
    return cases;
}

static void what_the_wire_can_show_agrees(void **state)
{
    (void)state;
    struct scenario_list list = {0};
    char text[256];
    unsigned cases = 0;
    struct bench_run *run = bench_run_new(BENCH_SINK_MEMORY);
    assert_non_null(run);
    assert_int_equal(scenario_find("scenarios", &list, text, sizeof text), 0);
    for (size_t i = 0; i < list.count; i++)
        cases += run_scenario(run, list.paths[i]);
    scenario_list_done(&list);
    bench_run_free(run);
    print_table(cases);
    assert_int_equal(unexplained, 0);
}

static void what_it_can_not_is_as_it_was_counted(void **state)
{
    (void)state;
    assert_int_equal(differing, 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_wire_can_show_agrees),
        cmocka_unit_test(what_it_can_not_is_as_it_was_counted),
    };
    writes = argc == 2 && strcmp(argv[1], "--write") == 0;
    stored = fopen(counts_path, writes ? "w" : "r");
    if (!stored) {
        fprintf(stderr, "%s: cannot be opened\n", counts_path);
        return 1;
    }
    return cmocka_run_group_tests_name("tap in the bundled cases", tests, NULL, NULL);
}
