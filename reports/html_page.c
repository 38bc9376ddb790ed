/* html_page.c - the page around the articles: what it comes to, all cases by group, the slowest. */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "reports/html.h"

enum { SLOWEST = 10, MESSAGE_SHOWN = 110, NAME_SHOWN = 160, OPEN_CASES = 60, ROWS_MAX = 12000 };

/* In the order in which a person wants them. */
static const enum report_verdict order[] = {REPORT_FAILED, REPORT_ERROR, REPORT_PASSED,
                                            REPORT_SKIPPED, REPORT_NOT_RUN};
enum { ORDER = sizeof order / sizeof order[0] };

/* ---- head ------------------------------------------------------------------------------------ */

/* "2 failed, 1 error of 1,341 cases" */
static void add_title(struct report_buffer *text, const struct report_run *run)
{
    size_t failed = run->counts[REPORT_FAILED], errors = run->counts[REPORT_ERROR];
    if (run->entry_count == 0) {
        report_buffer_addf(text, "No case was run");
        return;
    }
    if (failed) {
        html_count(text, failed);
        report_buffer_addf(text, " failed");
    }
    if (errors) {
        report_buffer_addf(text, failed ? ", " : "");
        html_count(text, errors);
        report_buffer_addf(text, errors == 1 ? " error" : " errors");
    }
    if (!failed && !errors) {
        html_count(text, run->counts[REPORT_PASSED]);
        report_buffer_addf(text, " passed");
    }
    report_buffer_addf(text, " of ");
    html_count(text, run->entry_count);
    report_buffer_addf(text, run->entry_count == 1 ? " case" : " cases");
}

static void add_counts(struct report_buffer *text, const struct report_run *run)
{
    report_buffer_addf(text, "<ul class=\"counts\">\n");
    for (int i = 0; i < ORDER; i++) {
        if (!run->counts[order[i]])
            continue;
        bool has_articles = order[i] == REPORT_FAILED || order[i] == REPORT_ERROR;
        report_buffer_addf(text, "<li><a href=\"#%s\" data-verdict=\"%s\">",
                           has_articles ? "problems" : "all", report_verdict_name(order[i]));
        html_verdict(text, order[i]);
        report_buffer_addf(text, " ");
        html_count(text, run->counts[order[i]]);
        report_buffer_addf(text, "</a></li>\n");
    }
    report_buffer_addf(text, "</ul>\n");
}

static void add_utc(struct report_buffer *text, uint64_t time_ms)
{
    time_t seconds = (time_t)(time_ms / 1000);
    struct tm utc;
    char words[40] = "";
    if (gmtime_r(&seconds, &utc))
        strftime(words, sizeof words, "%Y-%m-%d %H:%M:%S UTC", &utc);
    report_buffer_addf(text, "%s", words);
}

static void add_about(struct report_buffer *text, const struct report_run *run)
{
    const struct report_run_info *info = &run->info;
    report_buffer_addf(text, "<p class=\"quiet\">");
    html_prose(text, info->tool, 60);
    report_buffer_addf(text, " ");
    html_prose(text, info->tool_version, 60);
    report_buffer_addf(text, " on ");
    html_prose(text, info->host, 100);
    report_buffer_addf(text, ", ");
    add_utc(text, info->started_at_ms);
    report_buffer_addf(text, ", took ");
    report_buffer_seconds(text, report_ended_ms(run) - info->started_at_ms);
    report_buffer_addf(text, " s, seed %" PRIu64, info->seed);
    for (size_t i = 0; i < info->property_count; i++) {
        report_buffer_addf(text, ", ");
        html_prose(text, info->properties[i].name, 60);
        report_buffer_addf(text, " ");
        html_prose(text, info->properties[i].value, 200);
    }
    report_buffer_addf(text, "</p>\n");
    if (info->command) {
        report_buffer_addf(text, "<div class=\"repeat\"><pre>");
        html_prose(text, info->command, 2000);
        report_buffer_addf(text, "</pre><button type=\"button\" class=\"copy\" hidden>Copy"
                                 "</button></div>\n");
    }
    if (run->stopped_because) {
        report_buffer_addf(text, "<p class=\"sentence\">The run did not come to its end: ");
        html_prose(text, run->stopped_because, 400);
        report_buffer_addf(text, "</p>\n");
    }
}

/* Shown by the script alone: without it there is nothing to filter with. */
static const char filter[] =
    "<form id=\"filter\" role=\"search\" hidden>\n"
    "<label>Search <input type=\"search\" id=\"search\" autocomplete=\"off\"></label>\n"
    "<label>Show <select id=\"verdict\"><option value=\"\">all</option>"
    "<option value=\"failed\">failed</option><option value=\"error\">error</option>"
    "<option value=\"passed\">passed</option><option value=\"skipped\">skipped</option>"
    "<option value=\"not-run\">not run</option></select></label>\n"
    "<output id=\"found\" for=\"search verdict\"></output>\n</form>\n";

void html_head(struct report_buffer *text, const struct report_run *run)
{
    bool problems = run->counts[REPORT_FAILED] + run->counts[REPORT_ERROR] > 0;
    report_buffer_addf(text, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
                             "<meta charset=\"utf-8\">\n"
                             "<meta name=\"viewport\" content=\"width=device-width, "
                             "initial-scale=1\">\n"
                             "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
    add_title(text, run);
    report_buffer_addf(text,
                       "</title>\n<link rel=\"icon\" href=\"data:,\">\n"
                       "<link rel=\"stylesheet\" href=\"report.css\">\n"
                       "<script src=\"report.js\" defer></script>\n</head>\n<body>\n"
                       "<a class=\"skip\" href=\"#%s\">Skip to %s</a>\n<header>\n<h1>",
                       problems ? "problems" : "all", problems ? "what did not pass" : "all cases");
    add_title(text, run);
    report_buffer_addf(text, "</h1>\n");
    add_counts(text, run);
    add_about(text, run);
    report_buffer_addf(text, "%s</header>\n<main>\n", filter);
    if (problems)
        report_buffer_addf(text, "<section id=\"problems\">\n<h2>What did not pass</h2>\n");
}

/* ---- all cases ------------------------------------------------------------------------------- */

/* Ends of cells and rows are left out, as HTML allows: there may be 10,000 of them. */
static void add_row(struct report_buffer *text, const struct report_run *run,
                    const struct report_case *c, bool has_article)
{
    report_buffer_addf(text, "<tr class=\"%s\"", report_verdict_name(c->verdict));
    if (!has_article) {
        report_buffer_addf(text, " id=\"");
        html_anchor(text, c->id);
        report_buffer_addf(text, "\"");
    }
    report_buffer_addf(text, "><td>%s<td>", html_sign(c->verdict));
    if (has_article) {
        report_buffer_addf(text, "<a href=\"#");
        html_anchor(text, c->id);
        report_buffer_addf(text, "\">");
    }
    html_prose(text, c->name, NAME_SHOWN);
    report_buffer_addf(text, has_article ? "</a>" : "");
    if (c->verdict != REPORT_PASSED) {
        struct report_buffer message = {0};
        report_add_message(&message, run, c);
        report_buffer_addf(text, "<p>");
        html_prose(text, report_buffer_text(&message), MESSAGE_SHOWN);
        report_buffer_addf(text, "</p>");
        report_buffer_free(&message);
    }
    report_buffer_addf(text, "<td>");
    html_seconds(text, c->virtual_us ? c->virtual_us : c->wall_us);
    report_buffer_addf(text, "\n");
}

static void add_summary(struct report_buffer *text, const struct report_run *run, size_t suite)
{
    size_t counts[REPORT_VERDICT_COUNT] = {0};
    for (size_t i = 0; i < run->entry_count; i++)
        if (run->entries[i].suite == suite)
            counts[run->entries[i].verdict]++;
    report_buffer_addf(text, "<details class=\"group\"%s><summary>",
                       run->entry_count <= OPEN_CASES ? " open" : "");
    html_prose(text, run->suites[suite], 200);
    for (int i = 0; i < ORDER; i++)
        if (counts[order[i]])
            report_buffer_addf(text, " <span class=\"%s\">%zu %s</span>",
                               report_verdict_name(order[i]), counts[order[i]],
                               order[i] == REPORT_NOT_RUN ? "not run"
                                                          : report_verdict_name(order[i]));
    report_buffer_addf(text, "</summary>\n");
}

/* Of a run with more cases than a page should hold, those that were not run have no row. */
static bool has_row(const struct report_run *run, size_t index, size_t rows_left)
{
    bool many = run->entry_count > ROWS_MAX;
    return rows_left && !(many && run->entries[index].verdict == REPORT_NOT_RUN);
}

static void add_group(struct report_buffer *text, const struct report_run *run, size_t suite,
                      const struct report_set *articles, size_t *rows_left)
{
    size_t left_out = 0;
    add_summary(text, run, suite);
    report_buffer_addf(text, "<table class=\"cases\"><thead><tr><th scope=\"col\">verdict"
                             "<th scope=\"col\">case<th scope=\"col\">seconds</thead><tbody>\n");
    for (size_t i = 0; i < run->entry_count; i++) {
        const struct report_case c = report_case_at(run, i);
        if (run->entries[i].suite != suite)
            continue;
        if (has_row(run, i, *rows_left)) {
            add_row(text, run, &c, report_set_find(articles, c.id) != NULL);
            --*rows_left;
        } else {
            left_out++;
        }
    }
    report_buffer_addf(text, "</tbody></table>\n");
    if (left_out) {
        report_buffer_addf(text, "<p class=\"quiet\">");
        html_count(text, left_out);
        report_buffer_addf(text, " more are left out here; the other reports have all.</p>\n");
    }
    report_buffer_addf(text, "</details>\n");
}

static void add_slowest(struct report_buffer *text, const struct report_run *run)
{
    size_t slowest[SLOWEST], count = 0;
    for (size_t i = 0; i < run->entry_count; i++) {
        size_t at = count < SLOWEST ? count++ : SLOWEST;
        while (at > 0 && run->entries[slowest[at - 1]].wall_us < run->entries[i].wall_us) {
            if (at < SLOWEST)
                slowest[at] = slowest[at - 1];
            at--;
        }
        if (at < SLOWEST)
            slowest[at] = i;
    }
    report_buffer_addf(text, "<section id=\"slowest\">\n<h2>Slowest</h2>\n<table class=\"cases\">"
                             "<thead><tr><th scope=\"col\">case<th scope=\"col\">seconds of the "
                             "machine<th scope=\"col\">on the bench</thead><tbody>\n");
    for (size_t i = 0; i < count; i++) {
        const struct report_case c = report_case_at(run, slowest[i]);
        bool is_there = run->entry_count <= ROWS_MAX;
        report_buffer_addf(text, is_there ? "<tr><td><a href=\"#" : "<tr><td>");
        if (is_there) {
            html_anchor(text, c.id);
            report_buffer_addf(text, "\">");
        }
        html_prose(text, c.group, 100);
        report_buffer_addf(text, " / ");
        html_prose(text, c.name, NAME_SHOWN);
        report_buffer_addf(text, is_there ? "</a><td>" : "<td>");
        html_seconds(text, c.wall_us);
        report_buffer_addf(text, "<td>");
        html_seconds(text, c.virtual_us);
        report_buffer_addf(text, "\n");
    }
    report_buffer_addf(text, "</tbody></table>\n</section>\n");
}

void html_tail(struct report_buffer *text, const struct report_run *run,
               const struct report_set *articles)
{
    size_t rows_left = ROWS_MAX;
    if (run->counts[REPORT_FAILED] + run->counts[REPORT_ERROR] > 0)
        report_buffer_addf(text, "</section>\n");
    report_buffer_addf(text, "<section id=\"all\">\n<h2>All cases</h2>\n<p class=\"quiet\">Seconds "
                             "are those of the bench's clock, where it has one.</p>\n");
    for (size_t suite = 0; suite < run->suite_count; suite++)
        add_group(text, run, suite, articles, &rows_left);
    report_buffer_addf(text, "</section>\n");
    if (run->entry_count)
        add_slowest(text, run);
    html_maps(text, run);
    report_buffer_addf(text, "</main>\n</body>\n</html>\n");
}
