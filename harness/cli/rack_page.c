/* rack_page.c - HTML of a rack: its slots, one slot, and which path is what. */
#include "harness/cli/rack_page.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/cli/rack_html.h"
#include "harness/results/rebuild.h"
#include "reports/file.h"

enum {
    HISTORY_MOST = 24, /* verdicts of a slot in one line */
    FILE_BYTES_MAX = 64 * 1024 * 1024
};

static const char html[] = "text/html; charset=utf-8";

/* ---- slots ----------------------------------------------------------------------------------- */

static bool is_on(const struct results_test *test, const char *slot)
{
    return test->slot && strcmp(test->slot, slot) == 0;
}

/* What is known of a slot's cases. */
struct tally {
    size_t counts[REPORT_VERDICT_COUNT];
    size_t latest[HISTORY_MOST]; /* indices of tests, by when they began; the last is the newest */
    size_t latest_count;
};

static bool is_later(const struct results *results, size_t one, size_t other)
{
    return results->tests[one].started_at_ms >= results->tests[other].started_at_ms;
}

static void add_latest(const struct results *results, struct tally *tally, size_t index)
{
    size_t at = tally->latest_count;
    while (at > 0 && !is_later(results, index, tally->latest[at - 1]))
        at--;
    if (tally->latest_count == HISTORY_MOST) {
        if (at == 0)
            return;
        memmove(tally->latest, tally->latest + 1, (at - 1) * sizeof tally->latest[0]);
        tally->latest[at - 1] = index;
        return;
    }
    memmove(tally->latest + at + 1, tally->latest + at,
            (tally->latest_count - at) * sizeof tally->latest[0]);
    tally->latest[at] = index;
    tally->latest_count++;
}

static struct tally tally_of(const struct results *results, const char *slot)
{
    struct tally tally = {0};
    for (size_t i = 0; results && i < results->test_count; i++)
        if (is_on(&results->tests[i], slot)) {
            tally.counts[results->tests[i].verdict]++;
            add_latest(results, &tally, i);
        }
    return tally;
}

static void put_count(FILE *out, const char *what, const char *class, size_t count)
{
    fprintf(out, "<td class=\"n %s\" data-is=\"%s\">%zu</td>", count ? class : "zero", what, count);
}

/* A letter a case, the newest last; each leads to its case. */
static void put_history(const struct rack_page *page, FILE *out, const struct tally *tally)
{
    static const char letters[REPORT_VERDICT_COUNT] = {[REPORT_PASSED] = '+',
                                                       [REPORT_FAILED] = 'F',
                                                       [REPORT_ERROR] = 'E',
                                                       [REPORT_SKIPPED] = 's',
                                                       [REPORT_NOT_RUN] = '-'};
    fprintf(out, "<td class=\"h%s\" data-is=\"last cases\">", tally->latest_count ? "" : " e");
    for (size_t i = 0; i < tally->latest_count; i++) {
        const struct results_test *test = &page->results->tests[tally->latest[i]];
        fprintf(out, "<a class=\"%s\" href=\"/case/%zu\" title=\"",
                report_verdict_name(test->verdict), tally->latest[i]);
        rack_html_put(out, test->id);
        fprintf(out, "\">%c</a>", letters[test->verdict]);
    }
    fputs("</td>", out);
}

/* "runs 12 s" and the case; why it is quarantined. */
static void put_now(const struct rack_page *page, FILE *out, const struct rack_now *now)
{
    fprintf(out, "<td%s data-is=\"now\">", now ? "" : " class=\"e\"");
    if (now && now->quarantine[0]) {
        fputs("<span class=\"error\">quarantined</span> <small>", out);
        rack_html_put(out, now->quarantine);
        fputs("</small>", out);
    } else if (now) {
        rack_html_put(out, now->does);
        if (now->since_ms && page->now->at_ms >= now->since_ms)
            fprintf(out, ", %" PRIu64 " s", (page->now->at_ms - now->since_ms) / 1000);
        fputs(" <small>", out);
        rack_html_put(out, now->case_name);
        fputs("</small>", out);
    }
    fputs("</td>", out);
}

static void put_cell(FILE *out, const char *what, const char *text)
{
    fprintf(out, "<td class=\"k%s\" data-is=\"%s\">", text && text[0] ? "" : " e", what);
    rack_html_put(out, text);
    fputs("</td>", out);
}

static void put_slot(const struct rack_page *page, FILE *out, const struct rack_slot *slot)
{
    char state[300];
    struct tally tally = tally_of(page->results, slot->name);
    const struct rack_now *now = page->now ? rack_now_find(page->now, slot->name) : NULL;
    page->find_holder(slot, state, sizeof state);
    fputs("<tr><td class=\"s\"><a href=\"/slot/", out);
    rack_html_put_in_path(out, slot->name, false);
    fputs("\">", out);
    rack_html_put(out, slot->name);
    fputs("</a></td>", out);
    put_count(out, "passed", "passed", tally.counts[REPORT_PASSED]);
    put_count(out, "failed", "failed", tally.counts[REPORT_FAILED]);
    put_count(out, "errors", "error", tally.counts[REPORT_ERROR]);
    put_history(page, out, &tally);
    put_now(page, out, now);
    put_cell(out, "power", now ? now->power : "");
    put_cell(out, "revision", now ? now->revision : "");
    fputs("<td data-is=\"port\">", out);
    rack_html_put(out, state);
    fputs("</td></tr>\n", out);
}

static bool is_bad(enum report_verdict verdict)
{
    return verdict == REPORT_FAILED || verdict == REPORT_ERROR;
}

/* All cases of a slot, or those of all slots that did not pass. */
static void put_tests(const struct rack_page *page, FILE *out, const char *slot)
{
    fprintf(out,
            "<table class=\"w\"><thead><tr><th>case</th>%s<th>verdict</th><th>why</th>"
            "<th>began</th></tr></thead>\n",
            slot ? "" : "<th>slot</th>");
    for (size_t i = 0; page->results && i < page->results->test_count; i++) {
        const struct results_test *test = &page->results->tests[i];
        if (slot ? !is_on(test, slot) : !is_bad(test->verdict))
            continue;
        fprintf(out, "<tr><td class=\"c\"><a href=\"/case/%zu\">", i);
        rack_html_put(out, test->id);
        fputs("</a></td>", out);
        if (!slot)
            put_cell(out, "slot", test->slot);
        rack_html_put_verdict(out, test->verdict);
        fputs("<td>", out);
        rack_html_put(out, test->message);
        fputs("</td><td class=\"k\" data-is=\"began\">", out);
        rack_html_put_moment(out, test->started_at_ms);
        fputs("</td></tr>\n", out);
    }
    fputs("</table>\n", out);
}

static size_t count_bad(const struct results *results)
{
    size_t count = 0;
    for (size_t i = 0; results && i < results->test_count; i++)
        count += is_bad(results->tests[i].verdict);
    return count;
}

/* Whose moment the columns `now`, `power` and `revision` are. */
static void put_moment_of_now(const struct rack_page *page, FILE *out)
{
    if (!page->now)
        return;
    fputs("<p><small>As told at ", out);
    rack_html_put_moment(out, page->now->at_ms);
    fputs("</small></p>\n", out);
}

static void put_rack(const struct rack_page *page, FILE *out)
{
    char title[200];
    snprintf(title, sizeof title, "rack %.150s", page->rack->name);
    rack_html_begin(page, out, title, true);
    put_moment_of_now(page, out);
    fputs("<table class=\"w\"><thead><tr><th>slot</th><th>passed</th><th>failed</th>"
          "<th>errors</th><th>last cases</th><th>now</th><th>power</th><th>revision</th>"
          "<th>port</th></tr></thead>\n",
          out);
    for (size_t i = 0; i < page->rack->slot_count; i++)
        put_slot(page, out, &page->rack->slots[i]);
    fputs("</table>\n", out);
    if (!count_bad(page->results))
        return;
    fputs("<h2>not passed</h2>\n", out);
    put_tests(page, out, NULL);
}

static void put_line(FILE *out, const char *name, const char *text)
{
    if (!text || !text[0])
        return;
    fprintf(out, "<tr><th>%s</th><td>", name);
    rack_html_put(out, text);
    fputs("</td></tr>\n", out);
}

static void put_slot_now(FILE *out, const struct rack_now *now)
{
    char text[40];
    put_line(out, "now", now->does);
    put_line(out, "case", now->case_name);
    put_line(out, "quarantined", now->quarantine);
    put_line(out, "power", now->power);
    put_line(out, "revision", now->revision);
    snprintf(text, sizeof text, "%" PRIu32, now->updates);
    put_line(out, "updates", text);
}

static bool put_one_slot(const struct rack_page *page, FILE *out, const char *name)
{
    const struct rack_slot *slot = rack_find(page->rack, name);
    const struct rack_now *now = page->now ? rack_now_find(page->now, name) : NULL;
    char text[300];
    if (!slot)
        return false;
    snprintf(text, sizeof text, "slot %.100s", slot->name);
    rack_html_begin(page, out, text, true);
    fputs("<table class=\"v\">\n", out);
    put_line(out, "transport", slot->transport ? slot->transport : "booked by its hook");
    page->find_holder(slot, text, sizeof text);
    put_line(out, "port", text);
    put_line(out, "notes", slot->notes);
    if (now)
        put_slot_now(out, now);
    fputs("</table>\n<h2>cases</h2>\n", out);
    put_tests(page, out, slot->name);
    return true;
}

/* ---- files of the reports -------------------------------------------------------------------- */

const struct cli_rack_page_file cli_rack_page_files[] = {
    {"report.html", html, true},
    {"junit.xml", "text/xml; charset=utf-8", true},
    {"ctrf.json", "application/json", true},
    {"summary.md", "text/plain; charset=utf-8", true},
    {"report.css", "text/css", false},
    {"report.js", "text/javascript", false},
    {NULL, NULL, false}};

/* Its media type; NULL: nothing that a browser may have. */
static const char *type_of_file(const struct rack_page *page, const char *name)
{
    for (size_t i = 0; cli_rack_page_files[i].name; i++)
        if (strcmp(cli_rack_page_files[i].name, name) == 0)
            return cli_rack_page_files[i].type;
    return page->results && results_names_file(page->results, name) ? "text/plain; charset=utf-8"
                                                                    : NULL;
}

/* A report may be hostile: what it names must lie in its folder. NULL = it does not. */
static char *path_of_file(const struct rack_page *page, const char *name)
{
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/%s", page->folder, name);
    char *folder = realpath(page->folder, NULL);
    char *found = length > 0 && (size_t)length < sizeof path ? realpath(path, NULL) : NULL;
    size_t inside = folder ? strlen(folder) : 0;
    struct stat status;
    if (found && folder && strncmp(found, folder, inside) == 0 && found[inside] == '/' &&
        stat(found, &status) == 0 && S_ISREG(status.st_mode)) {
        free(folder);
        return found;
    }
    free(folder);
    free(found);
    return NULL;
}

static bool put_file(const struct rack_page *page, FILE *out, const char *name,
                     const char **ret_type)
{
    char bytes[8192];
    size_t size, whole = 0;
    *ret_type = page->folder ? type_of_file(page, name) : NULL;
    char *path = *ret_type ? path_of_file(page, name) : NULL;
    FILE *file = path ? report_file_source_stream(path) : NULL;
    free(path);
    if (!file)
        return false;
    while (whole < FILE_BYTES_MAX && (size = fread(bytes, 1, sizeof bytes, file)) > 0)
        whole += fwrite(bytes, 1, size, out);
    fclose(file);
    return true;
}

/* ---- paths ----------------------------------------------------------------------------------- */

static bool put_path(const struct rack_page *page, FILE *out, const char *path,
                     const char **ret_type)
{
    bool found = true;
    *ret_type = html;
    if (strcmp(path, "/style.css") == 0) {
        *ret_type = "text/css";
        fputs(rack_html_style, out);
        return true;
    }
    if (strncmp(path, "/file/", 6) == 0)
        return put_file(page, out, path + 6, ret_type);
    if (strcmp(path, "/") == 0)
        put_rack(page, out);
    else if (strncmp(path, "/slot/", 6) == 0)
        found = put_one_slot(page, out, path + 6);
    else
        found = strncmp(path, "/case/", 6) == 0 && rack_html_put_case(page, out, path + 6);
    if (found)
        fputs("</body></html>\n", out);
    return found;
}

char *cli_rack_page(const struct rack_page *page, const char *path, size_t *ret_size,
                    const char **ret_type)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, ret_size);
    bool found = out && put_path(page, out, path, ret_type);
    bool whole = out && fclose(out) == 0;
    if (found && whole)
        return text;
    free(text);
    return NULL;
}
