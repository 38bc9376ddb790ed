/* console.c - the run for a person: a line per case, failures explained, a table at the end. */
#include "reports/internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    SLOWEST_SHOWN = 3,
    NAME_COLUMNS = 40, /* of the running case */
    LINE_COLUMNS = 79,
    NAME_AND_TIME = 24, /* what stands beside the name of a case */
    PROBLEMS_SHOWN = 10,
    ROWS_SHOWN = 12 /* groups of which nothing is to be said are left out above that */
};

/* How a verdict looks on a console. */
static const struct look {
    const char *word;
    const char *colour; /* select graphic rendition */
} looks[REPORT_VERDICT_COUNT] = {
    [REPORT_NOT_RUN] = {"not run", "2"},  [REPORT_PASSED] = {"passed", "32"},
    [REPORT_FAILED] = {"FAILED", "1;31"}, [REPORT_ERROR] = {"ERROR", "1;35"},
    [REPORT_SKIPPED] = {"skipped", "33"},
};

bool report_console_wants_colour(FILE *out)
{
    const char *no_colour = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");
    if (no_colour && no_colour[0])
        return false;
    return isatty(fileno(out)) == 1 && terminal && strcmp(terminal, "dumb") != 0;
}

static void flush_buffer(struct report_console *console, struct report_buffer *text)
{
    if (console->line_shown && console->lines_above)
        fprintf(console->out, "\r\033[%uA\033[J", console->lines_above);
    else if (console->line_shown)
        fputs("\r\033[K", console->out);
    console->line_shown = false;
    console->lines_above = 0;
    fwrite(report_buffer_text(text), 1, text->size, console->out);
    if (text->failed)
        fputs("(memory ran out: this part of the report is not complete)\n", console->out);
    report_buffer_free(text);
    fflush(console->out);
}

static size_t columns_for(const struct report_console *console)
{
    return console->narrow ? LINE_COLUMNS : SIZE_MAX;
}

static void add_word(struct report_buffer *text, const struct report_console *console,
                     enum report_verdict verdict)
{
    if (console->colour)
        report_buffer_addf(text, "\033[%sm%-7s\033[0m", looks[verdict].colour, looks[verdict].word);
    else
        report_buffer_addf(text, "%-7s", looks[verdict].word);
}

/* Adds the lines of `from`, each indented. */
static void add_indented(struct report_buffer *text, const char *from)
{
    while (*from) {
        size_t length = strcspn(from, "\n");
        report_buffer_addf(text, "    %.*s\n", (int)length, from);
        from += length + (from[length] == '\n');
    }
}

/* "12.5/s, 3 s left"; nothing while it can't be known. */
static void add_rate(struct report_buffer *text, size_t done, size_t total, uint64_t elapsed_us)
{
    static const struct {
        uint64_t seconds;
        const char *name;
    } units[] = {{3600, "h"}, {60, "min"}, {1, "s"}};
    size_t unit = 0;
    if (done == 0 || elapsed_us < 100000)
        return;
    uint64_t left_s = elapsed_us / done * (total - done) / 1000000;
    uint64_t tenths = (uint64_t)done * 10000000 / elapsed_us;
    while (unit < 2 && left_s < 2 * units[unit].seconds)
        unit++;
    report_buffer_addf(text, "%" PRIu64 ".%" PRIu64 "/s, %" PRIu64 " %s left: ", tenths / 10,
                       tenths % 10, left_s / units[unit].seconds, units[unit].name);
}

void report_console_progress(struct report_console *console, size_t done, size_t total,
                             uint64_t elapsed_us, const char *name)
{
    struct report_buffer readable = {0}, text = {0};
    if (!console->progress)
        return;
    report_buffer_prose(&readable, name);
    report_buffer_addf(&text, "[%zu/%zu] ", done, total);
    add_rate(&text, done, total, elapsed_us);
    report_buffer_addf(&text, "%.*s", NAME_COLUMNS, report_buffer_text(&readable));
    flush_buffer(console, &text);
    console->line_shown = true;
    report_buffer_free(&readable);
}

void report_console_table(struct report_console *console, const char *lines)
{
    struct report_buffer text = {0};
    unsigned count = 0;
    if (!console->progress)
        return;
    for (const char *at = lines; *at; at++)
        count += *at == '\n';
    report_buffer_addf(&text, "%s", lines);
    flush_buffer(console, &text);
    console->line_shown = count > 0;
    console->lines_above = count;
}

void report_console_wipe(struct report_console *console)
{
    struct report_buffer nothing = {0};
    if (console->line_shown)
        flush_buffer(console, &nothing);
}

/* "power.restore: name". */
static void add_full_name(struct report_buffer *text, const struct report_case *c)
{
    if (c->group) {
        report_buffer_prose(text, c->group);
        report_buffer_addf(text, ": ");
    }
    report_buffer_prose(text, c->name ? c->name : "unnamed");
}

/* The name, cut to what is left of a line of which `used` columns are taken. */
static void add_cut_name(struct report_buffer *text, const struct report_console *console,
                         const struct report_case *c, size_t used)
{
    struct report_buffer name = {0};
    add_full_name(&name, c);
    size_t length = name.size, room = columns_for(console) - used;
    if (length > room) {
        length = room - 3;
        while (length > 0 && (name.text[length] & 0xC0) == 0x80)
            length--;
    }
    report_buffer_addf(text, "%.*s%s", (int)length, report_buffer_text(&name),
                       length < name.size ? "..." : "");
    text->failed |= name.failed;
    report_buffer_free(&name);
}

static void add_duration(struct report_buffer *text, const struct report_console *console,
                         const struct report_case *c)
{
    report_buffer_addf(text, "  (");
    report_buffer_seconds(text, c->virtual_us ? c->virtual_us / 1000 : report_case_ms(c));
    report_buffer_addf(text, c->virtual_us && !console->narrow ? " s on the bench)" : " s)");
}

/* Message and all below it: narrow, so that it fits a screen, or all that is known. */
static void add_explanation(const struct report_console *console, struct report_buffer *explanation,
                            const struct report_case *ended)
{
    const char *message = ended->message ? ended->message : "no reason was given";
    struct report_buffer readable = {0};
    report_buffer_prose(&readable, message);
    if (!console->narrow)
        report_buffer_addf(explanation, "%s\n", report_buffer_text(&readable));
    else
        report_buffer_wrap(explanation, report_buffer_text(&readable), LINE_COLUMNS - 4, 0, 2);
    report_buffer_free(&readable);
    report_add_explanation_in(explanation, ended, console->narrow ? &report_narrow : &report_wide);
}

void report_console_case(struct report_console *console, const struct report_case *ended)
{
    struct report_buffer text = {0}, explanation = {0};
    bool problem = ended->verdict == REPORT_FAILED || ended->verdict == REPORT_ERROR;
    if (console->quiet && ended->verdict == REPORT_PASSED)
        return;
    add_word(&text, console, ended->verdict);
    report_buffer_addf(&text, " ");
    add_cut_name(&text, console, ended, NAME_AND_TIME);
    if (problem || ended->verdict == REPORT_PASSED)
        add_duration(&text, console, ended);
    if (ended->attempt_count) {
        report_buffer_addf(&text, ", attempt %zu; before: ", ended->attempt_count + 1);
        report_buffer_prose(&text, ended->attempts[ended->attempt_count - 1].message);
    }
    if (!problem && ended->message) {
        report_buffer_addf(&text, ": ");
        report_buffer_prose(&text, ended->message);
    }
    report_buffer_addf(&text, "\n");
    if (problem) {
        add_explanation(console, &explanation, ended);
        add_indented(&text, report_buffer_text(&explanation));
    }
    text.failed |= explanation.failed;
    report_buffer_free(&explanation);
    flush_buffer(console, &text);
}

/* The names of what did not pass once more, so that they are on the screen when the run ends. */
static void add_problems(struct report_buffer *text, const struct report_console *console,
                         const struct report_run *run)
{
    size_t shown = 0;
    for (size_t i = 0; i < run->entry_count; i++) {
        const struct report_case c = report_case_at(run, i);
        if (c.verdict != REPORT_FAILED && c.verdict != REPORT_ERROR)
            continue;
        if (shown++ >= PROBLEMS_SHOWN && !console->verbose)
            continue;
        add_word(text, console, c.verdict);
        report_buffer_addf(text, " ");
        add_cut_name(text, console, &c, 8);
        report_buffer_add(text, "\n", 1);
    }
    if (shown > PROBLEMS_SHOWN && !console->verbose)
        report_buffer_addf(text, "... and %zu more\n", shown - PROBLEMS_SHOWN);
}

/* The table's columns, in this order. */
static const enum report_verdict columns[] = {REPORT_PASSED, REPORT_FAILED, REPORT_ERROR,
                                              REPORT_SKIPPED, REPORT_NOT_RUN};
enum { COLUMN_COUNT = sizeof columns / sizeof columns[0] };

static void add_row(struct report_buffer *text, const char *name, const size_t *counts)
{
    report_buffer_addf(text, "%-32s", name);
    for (int i = 0; i < COLUMN_COUNT; i++)
        report_buffer_addf(text, " %8zu", counts[columns[i]]);
    report_buffer_addf(text, "\n");
}

/* Is there anything but passed cases? */
static bool is_notable(const size_t *counts)
{
    for (int i = 0; i < COLUMN_COUNT; i++)
        if (columns[i] != REPORT_PASSED && counts[columns[i]])
            return true;
    return false;
}

static void add_table(struct report_buffer *text, const struct report_run *run)
{
    size_t rows = 0;
    report_buffer_addf(text, "\n%-32s", "group");
    for (int i = 0; i < COLUMN_COUNT; i++)
        report_buffer_addf(text, " %8s", report_verdict_name(columns[i]));
    report_buffer_addf(text, "\n");
    for (size_t suite = 0; suite < run->suite_count; suite++) {
        size_t counts[REPORT_VERDICT_COUNT] = {0};
        for (size_t i = 0; i < run->entry_count; i++)
            if (run->entries[i].suite == suite)
                counts[run->entries[i].verdict]++;
        if (run->suite_count > ROWS_SHOWN && (!is_notable(counts) || rows >= ROWS_SHOWN))
            continue;
        add_row(text, run->suites[suite], counts);
        rows++;
    }
    if (rows < run->suite_count)
        report_buffer_addf(text, "(%zu more groups)\n", run->suite_count - rows);
    if (run->suite_count != 1)
        add_row(text, "all", run->counts);
}

/* The cases that took the machine longest, slowest first. */
static void add_slowest(struct report_buffer *text, const struct report_console *console,
                        const struct report_run *run)
{
    const struct report_entry *slowest[SLOWEST_SHOWN] = {NULL};
    for (size_t i = 0; i < run->entry_count; i++) {
        const struct report_entry *c = &run->entries[i];
        int at = SLOWEST_SHOWN;
        while (at > 0 && (!slowest[at - 1] || slowest[at - 1]->wall_us < c->wall_us))
            at--;
        for (int last = SLOWEST_SHOWN - 1; last > at; last--)
            slowest[last] = slowest[last - 1];
        if (at < SLOWEST_SHOWN)
            slowest[at] = c;
    }
    struct report_buffer line = {0};
    for (int at = 0; at < SLOWEST_SHOWN && slowest[at]; at++) {
        report_buffer_addf(&line, "%s ", at ? "," : "");
        report_buffer_prose(&line, slowest[at]->name);
        report_buffer_addf(&line, " ");
        report_buffer_seconds(
            &line, report_case_ms(&(struct report_case){.wall_us = slowest[at]->wall_us}));
        report_buffer_addf(&line, " s");
    }
    report_buffer_addf(text, "slowest: ");
    report_buffer_wrap(text, report_buffer_text(&line), columns_for(console), 9, 9);
    text->failed |= line.failed;
    report_buffer_free(&line);
}

static void add_closing(struct report_buffer *text, const struct report_console *console,
                        const struct report_run *run)
{
    if (run->stopped_because) {
        report_buffer_addf(text, "stopped: ");
        report_buffer_prose(text, run->stopped_because);
        report_buffer_addf(text, "\n");
    }
    struct report_buffer line = {0};
    report_buffer_addf(&line, "%zu cases: ", run->entry_count);
    for (int i = 0; i < COLUMN_COUNT; i++)
        report_buffer_addf(&line, "%zu %s, ", run->counts[columns[i]],
                           report_verdict_name(columns[i]));
    report_buffer_addf(&line, "in ");
    report_buffer_seconds(&line, report_ended_ms(run) - run->info.started_at_ms);
    report_buffer_addf(&line, " s (seed %" PRIu64 ")", run->info.seed);
    report_buffer_wrap(text, report_buffer_text(&line), columns_for(console), 0, 2);
    text->failed |= line.failed;
    report_buffer_free(&line);
}

void report_console_end(struct report_console *console, const struct report_run *run)
{
    struct report_buffer text = {0};
    if (run->counts[REPORT_FAILED] + run->counts[REPORT_ERROR] > 1) {
        report_buffer_addf(&text, "\n");
        add_problems(&text, console, run);
    }
    if (run->entry_count > 0) {
        add_table(&text, run);
        add_slowest(&text, console, run);
    }
    add_closing(&text, console, run);
    flush_buffer(console, &text);
}
