/*
 * What was saved loads: every command of CLAC with generated arguments, in and out of range; what
 * it answered with OK is in the image of the flash, the image is taken whole, and both modules read
 * alike. A value that the reader refuses would name its command.
 */
#include "sim/image.h"
#include "sim/test/support_update.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    ROUNDS = 100,
    FORMS = 1024,
    FORM_SIZE = 200,
    COMMANDS = 512,
    IMAGE_BYTES = 8 * 1024 * 1024,
    ARGUMENTS = 8
};

static uint8_t image[IMAGE_BYTES];
static struct module *copy;
static char names[COMMANDS][24], ranges[COMMANDS][256];
static unsigned name_count, tried, taken, compared;
static uint32_t random_state;

/* What ends the talk, or changes its rate: a module that is off can't be asked. */
static const char *const left_out[] = {"+CPOWD", "+CFOTA",  "+IPR",  "+ICF",   "+IFC",    "+CFUN",
                                       "+CMUX",  "+CGDATA", "+CPIN", "+CSCLK", "+CREBOOT"};

static uint32_t below(uint32_t limit)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % limit;
}

static bool is_left_out(const char *name)
{
    for (size_t i = 0; i < sizeof left_out / sizeof left_out[0]; i++)
        if (strcmp(left_out[i], name) == 0)
            return true;
    return name[0] != '+' && name[0] != '*';
}

static void wake(void)
{
    module_ask(&module, "ATE0");
    if (strstr(module_ask(&module, "AT"), "OK"))
        return;
    module_apply(&module, SIM_ACTION_POWER_CUT, 0, 0, NULL);
    module_run(&module, SECOND_US);
    module_apply(&module, SIM_ACTION_POWER_ON, 0, 0, NULL);
    module_run(&module, MINUTE_US);
    module_ask(&module, "ATE0");
}

static void list_commands(void)
{
    static char list[32768];
    snprintf(list, sizeof list, "%s", module_ask(&module, "AT+CLAC"));
    name_count = 0;
    for (char *at = strstr(list, "AT"); at && name_count < COMMANDS; at = strstr(at + 1, "AT")) {
        char line[48], *name = names[name_count];
        snprintf(name, sizeof names[0], "%.*s", (int)strcspn(at + 2, "|\r\n"), at + 2);
        if (is_left_out(name))
            continue;
        snprintf(line, sizeof line, "AT%s=?", name);
        snprintf(ranges[name_count++], sizeof ranges[0], "%s", module_ask(&module, line));
    }
    assert_true(name_count > 200);
}

/* An end of a range that the test form tells, what lies beside one, or what fits nowhere. */
static size_t make_argument(const char *range, char *to, size_t capacity)
{
    static const char *const strange[] = {
        "",
        "-1",
        "0",
        "1",
        "2",
        "7",
        "255",
        "256",
        "65535",
        "65536",
        "2147483647",
        "2147483648",
        "99999999999",
        "\"\"",
        "\"a\"",
        "\"0\"",
        "\"internet\"",
        "\"00101010\"",
        "\"192.0.2.1\"",
        "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\""};
    const char *ends[16];
    unsigned count = 0;
    size_t size = strcspn(range, ")");
    for (const char *at = range; at < range + size && count < 16; at += strcspn(at, ",-)") + 1)
        ends[count++] = at;
    if (count == 0 || below(5) == 0)
        return (size_t)snprintf(to, capacity, "%s",
                                strange[below(sizeof strange / sizeof strange[0])]);
    const char *end = ends[below(count)];
    size_t word = strcspn(end, ",-)");
    if (below(8) == 0 && end[0] >= '0' && end[0] <= '9')
        return (size_t)snprintf(to, capacity, "%ld", strtol(end, NULL, 10) + (below(2) ? 1 : -1));
    return (size_t)snprintf(to, capacity, "%.*s", (int)word, end);
}

/* The set forms of the manual's own rows: test_manual.c holds what they answer. */
static char forms[FORMS][FORM_SIZE];
static unsigned form_count;

static void read_forms(void)
{
    char line[1200];
    FILE *file = fopen("sim/test/manual_forms.txt", "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) && form_count < FORMS) {
        char *from = strchr(line, '\t'), *end = from ? strchr(from + 1, '\t') : NULL;
        if (!end || end - from > FORM_SIZE || line[0] == '@' || line[0] == '#')
            continue;
        *end = '\0';
        char *equals = strchr(from, '=');
        if (equals && equals[1] != '?' && strncmp(from + 1, "AT+", 3) == 0)
            snprintf(forms[form_count++], FORM_SIZE, "%s", from + 1);
    }
    fclose(file);
    assert_true(form_count > 200);
}

/* One of the manual's lines with the command, or NULL. */
static const char *find_form(const char *name)
{
    unsigned first = below(form_count);
    size_t length = strlen(name);
    for (unsigned i = 0; i < form_count; i++) {
        const char *form = forms[(first + i) % form_count] + 2;
        if (strncmp(form, name, length) == 0 && form[length] == '=')
            return form - 2;
    }
    return NULL;
}

static void make_line(unsigned index, char *line, size_t capacity)
{
    const char *range = ranges[index], *form = find_form(names[index]);
    if (form && below(2)) {
        char strange[100];
        size_t kept = below(3) ? strlen(form) : strcspn(form, ",");
        make_argument("", strange, sizeof strange);
        snprintf(line, capacity, "%.*s%s%s", (int)kept, form, form[kept] ? "," : "",
                 form[kept] ? strange : "");
        return;
    }
    size_t length = (size_t)snprintf(line, capacity, "AT%s=", names[index]);
    unsigned known = 0;
    for (const char *at = range; (at = strchr(at, '(')) != NULL; at++)
        known++;
    unsigned count = below(3) == 0 || known == 0 ? 1 + below(ARGUMENTS) : 1 + below(known);
    for (unsigned i = 0; i < count && length + 100 < capacity; i++) {
        const char *next = range ? strchr(range, '(') : NULL;
        range = next ? next + 1 : NULL;
        if (i > 0)
            line[length++] = ',';
        length += make_argument(range ? range : "", line + length, capacity - length);
    }
}

static void set_all(void)
{
    char line[512];
    for (unsigned i = 0; i < name_count; i++) {
        make_line(i, line, sizeof line);
        tried++;
        taken += strstr(module_ask(&module, line), "|OK|") != NULL;
        wake();
    }
    module_run(&module, MINUTE_US);
}

/* The flash in `image` as a new module; both of them start. */
static void load(unsigned round)
{
    struct sim_image_report report;
    size_t size = sim_image_write(&module.sim, &module.host, SIM_IMAGE_FLASH, image, sizeof image);
    assert_true(size <= sizeof image);
    memcpy(copy, &module, sizeof *copy);
    copy->host.context = copy;
    copy->host.config = &copy->config;
    copy->host.store = &copy->store;
    copy->store.bytes = copy->store_bytes;
    copy->store.used = 0;
    sim_init(&copy->sim, &copy->host, 0);
    if (!sim_image_read(&copy->sim, &copy->host, SIM_IMAGE_FLASH, image, size, &report) ||
        report.left_out)
        fail_msg("round %u: member '%s' (%u left out): %s", round, report.member, report.left_out,
                 sim_image_text(report.verdict));
    module_apply(&module, SIM_ACTION_POWER_CUT, 0, 0, NULL);
    copy->now_us = module.now_us;
    copy->told_length = module.told_length = 0;
    module_apply(&module, SIM_ACTION_POWER_ON, 0, 0, NULL);
    module_apply(copy, SIM_ACTION_POWER_ON, 0, 0, NULL);
    module_run(&module, MINUTE_US);
    module_run(copy, MINUTE_US);
}

static void compare(unsigned round)
{
    static char want[65536];
    for (unsigned i = 0; i < name_count; i++) {
        char line[48];
        snprintf(line, sizeof line, "AT%s?", names[i]);
        snprintf(want, sizeof want, "%s", module_ask(&module, line));
        const char *got = module_ask(copy, line);
        if (strcmp(want, got) != 0)
            fail_msg("round %u: %s: want %s, got %s", round, line, want, got);
        compared += strstr(want, "|OK|") != NULL;
    }
}

static void what_was_saved_loads_whatever_was_set(void **state)
{
    (void)state;
    const char *rounds = getenv("ROUNDS"); /* more of them by hand */
    unsigned round_count = rounds ? (unsigned)strtoul(rounds, NULL, 10) : ROUNDS;
    copy = calloc(1, sizeof *copy);
    assert_non_null(copy);
    read_forms();
    for (unsigned round = 0; round < round_count; round++) {
        update_setup(NULL);
        random_state = round * 2654435761u + 1;
        module_begin(&module);
        module_power_on(&module);
        module_run(&module, MINUTE_US);
        wake();
        list_commands();
        set_all();
        load(round);
        compare(round);
    }
    print_message("%u set forms of %u commands tried, %u answered with OK, %u reads alike\n", tried,
                  name_count, taken, compared);
    assert_true(taken > 20 * round_count);
    free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_was_saved_loads_whatever_was_set)};
    return cmocka_run_group_tests_name("image_commands", tests, NULL, NULL);
}
