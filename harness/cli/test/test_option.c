/* test_option.c - option tables: what is stored, and what is said about wrong usage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/cli/test/support.h"

struct values {
    bool plan, quiet;
    const char *link;
    struct cli_list tags;
    int timing;
    uint64_t seed;
    uint32_t jobs, size;
    uint64_t within;
    double speed;
};

#define OPTION(member) offsetof(struct values, member)

static const struct cli_option options[] = {
    {"plan", 'p', NULL, CLI_FLAG, OPTION(plan), NULL, "only say what"},
    {"quiet", 'q', NULL, CLI_FLAG, OPTION(quiet), NULL, "say less"},
    {"link", 'l', "PATH", CLI_TEXT, OPTION(link), "sim7000", "name of the port"},
    {"tag", 0, "TAG", CLI_LIST, OPTION(tags), NULL, "may be repeated"},
    {"timing", 0, "module|none", CLI_CHOICE, OPTION(timing), "module", "how long answers take"},
    {"seed", 0, "N", CLI_NUMBER, OPTION(seed), NULL, "a number"},
    {"jobs", 'j', "N", CLI_COUNT, OPTION(jobs), "1", "how many"},
    {"size", 0, "SIZE", CLI_SIZE, OPTION(size), NULL, "how large"},
    {"within", 0, "TIME", CLI_DURATION, OPTION(within), NULL, "how long"},
    {"speed", 0, "X", CLI_SPEED, OPTION(speed), "1", "how fast"},
};

static const struct cli_command command = {
    .name = "try",
    .summary = "for tests",
    .operands = "FILE...",
    .options = options,
    .option_count = CLI_COUNT_OF(options),
    .operands_min = 1,
    .operands_max = 3,
};

/* What was parsed, as text, so that a row of the table is one line. */
static void describe(const struct values *v, const struct cli_operands *operands, char *text,
                     size_t capacity)
{
    int at = snprintf(text, capacity, "%s%s%s t%d s%llu j%lu b%lu w%llu x%g", v->plan ? "p" : "",
                      v->quiet ? "q" : "", v->link, v->timing, (unsigned long long)v->seed,
                      (unsigned long)v->jobs, (unsigned long)v->size, (unsigned long long)v->within,
                      v->speed);

    for (size_t i = 0; i < v->tags.count; i++)
        at += snprintf(text + at, capacity - (size_t)at, " #%s", v->tags.items[i]);
    for (size_t i = 0; i < operands->count; i++)
        at += snprintf(text + at, capacity - (size_t)at, " %s", operands->items[i]);
}

struct row {
    const char *name;
    const char *line;
    int status;
    const char *want; /* GO_ON: the description; 2: the line on stderr */
};

#define TRY "; try 'fotarig try --help'\n"

static const struct row rows[] = {
    {"defaults stand where nothing is given", "try a", CLI_GO_ON, "sim7000 t0 s0 j1 b0 w0 x1 a"},
    {"a value follows its option or an equals sign", "try --link x --seed=7 a", CLI_GO_ON,
     "x t0 s7 j1 b0 w0 x1 a"},
    {"letters stand together and carry a value", "try -pqj2 a", CLI_GO_ON,
     "pqsim7000 t0 s0 j2 b0 w0 x1 a"},
    {"a letter takes the next word", "try -l y a", CLI_GO_ON, "y t0 s0 j1 b0 w0 x1 a"},
    {"a list keeps its order", "try --tag b --tag=a x", CLI_GO_ON,
     "sim7000 t0 s0 j1 b0 w0 x1 #b #a x"},
    {"a choice becomes its index", "try --timing none a", CLI_GO_ON, "sim7000 t1 s0 j1 b0 w0 x1 a"},
    {"units are understood", "try --size 10KiB --within 1.5min --speed 0.5 a", CLI_GO_ON,
     "sim7000 t0 s0 j1 b10240 w90000000 x0.5 a"},
    {"hexadecimal numbers are understood", "try --seed 0xfF a", CLI_GO_ON,
     "sim7000 t0 s255 j1 b0 w0 x1 a"},
    {"operands and options may be mixed", "try a --plan b -q c", CLI_GO_ON,
     "pqsim7000 t0 s0 j1 b0 w0 x1 a b c"},
    {"two dashes end the options", "try -- --plan -", CLI_GO_ON,
     "sim7000 t0 s0 j1 b0 w0 x1 --plan -"},
    {"a dash is an operand", "try -", CLI_GO_ON, "sim7000 t0 s0 j1 b0 w0 x1 -"},
    {"an unknown option is named", "try --foo a", 2, "fotarig try: unknown option '--foo'" TRY},
    {"an unknown option is named without its value", "try --foo=3 a", 2,
     "fotarig try: unknown option '--foo'" TRY},
    {"a beginning of a name is not the name", "try --pla a", 2,
     "fotarig try: unknown option '--pla'; did you mean '--plan'?\n"},
    {"an unknown letter is named", "try -px a", 2, "fotarig try: unknown option '-x'" TRY},
    {"a missing value is said", "try a --link", 2,
     "fotarig try: option '--link' needs an argument (PATH)" TRY},
    {"a flag takes no value", "try --plan=1 a", 2,
     "fotarig try: option '--plan' takes no argument" TRY},
    {"a wrong choice tells the choices", "try --timing line a", 2,
     "fotarig try: option '--timing': 'line' is not one of module|none" TRY},
    {"a number is checked", "try --seed 12x a", 2,
     "fotarig try: option '--seed': '12x' is not a number such as 42 or 0x2a" TRY},
    {"a count of zero is refused", "try -j0 a", 2,
     "fotarig try: option '--jobs': '0' is not a number, 1 or more" TRY},
    {"a size without a unit is refused", "try --size 5 a", 2,
     "fotarig try: option '--size': '5' is not a size with a unit (B, KB, KiB, MB, MiB) such as "
     "109285B" TRY},
    {"a speed of zero is refused", "try --speed 0 a", 2,
     "fotarig try: option '--speed': '0' is not a factor greater than 0 such as 20 or 0.5" TRY},
    {"a missing operand is said", "try --plan", 2, "fotarig try: missing FILE..." TRY},
    {"an operand too many is named", "try a b c d", 2, "fotarig try: unexpected argument 'd'" TRY},
};

struct attempt {
    char line[200];
    struct values values;
    struct cli_operands operands;
    char *argv[32];
};

static int parse(void *context)
{
    struct attempt *attempt = context;
    int argc = split_words(attempt->line, attempt->argv);

    return cli_parse(&command, argc, attempt->argv, &attempt->values, sizeof attempt->values,
                     &attempt->operands);
}

static void run_row(void **state)
{
    const struct row *row = *state;
    struct attempt attempt;
    char out[2000], err[500], got[500];
    int status;

    snprintf(attempt.line, sizeof attempt.line, "%s", row->line);
    status = catch_output(parse, &attempt, out, sizeof out, err, sizeof err);
    assert_int_equal(status, row->status);
    assert_string_equal(out, "");
    if (status == CLI_GO_ON) {
        describe(&attempt.values, &attempt.operands, got, sizeof got);
        assert_string_equal(got, row->want);
        assert_string_equal(err, "");
    } else {
        assert_string_equal(err, row->want);
    }
}

static void help_shows_every_option_with_its_default(void **state)
{
    struct attempt attempt = {.line = "try --help"};
    char out[4000], err[500];

    (void)state;
    assert_int_equal(catch_output(parse, &attempt, out, sizeof out, err, sizeof err), 0);
    assert_string_equal(err, "");
    assert_non_null(strstr(out, "usage: fotarig try [OPTION...] FILE...\n"));
    for (size_t i = 0; i < CLI_COUNT_OF(options); i++) {
        char wanted[100];
        snprintf(wanted, sizeof wanted, "--%s%s%s ", options[i].name,
                 options[i].argument ? " " : "", options[i].argument ? options[i].argument : "");
        if (!strstr(out, wanted))
            fail_msg("want '%s' in the help, got:\n%s", wanted, out);
    }
    assert_non_null(strstr(out, "how long answers take (default: module)\n"));
}

static void a_list_that_is_too_long_is_said(void **state)
{
    char tag[] = "--tag=x", name[] = "try";
    char *argv[CLI_LIST_MAX + 3] = {name};
    struct values values;
    struct cli_operands operands;

    (void)state;
    for (int i = 1; i <= CLI_LIST_MAX + 1; i++)
        argv[i] = tag;
    assert_int_equal(cli_parse(&command, CLI_LIST_MAX + 2, argv, &values, sizeof values, &operands),
                     2);
    assert_int_equal(values.tags.count, CLI_LIST_MAX);
}

int main(void)
{
    struct CMUnitTest tests[CLI_COUNT_OF(rows) + 2] = {
        cmocka_unit_test(help_shows_every_option_with_its_default),
        cmocka_unit_test(a_list_that_is_too_long_is_said),
    };
    static struct row copies[CLI_COUNT_OF(rows)];

    memcpy(copies, rows, sizeof rows);
    for (size_t i = 0; i < CLI_COUNT_OF(rows); i++) {
        tests[i + 2].name = rows[i].name;
        tests[i + 2].test_func = run_row;
        tests[i + 2].initial_state = &copies[i];
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
