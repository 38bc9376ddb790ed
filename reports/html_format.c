/*
 * html_format.c - the run as a page: report.html, with report.css and report.js beside it. Nothing
 * else is loaded; without the script all can be read, without style too.
 */
#include "reports/html.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "reports/file.h"

/*
 * How many cases are shown whole, and how much of each: a page of 10,000 failures stays below 5 MB.
 * Of the rest the table of all cases has the message.
 */
static const struct {
    unsigned up_to; /* the n-th case that did not pass */
    struct html_detail detail;
} details[] = {
    {3, {.wire_max = 320, .other_max = 160}},
    {10, {.wire_max = 100, .other_max = 60}},
    {100, {.wire_max = 14, .other_max = 14}},
};
enum { WHOLE_BYTES_MAX = 1850000 }; /* of all articles */

struct page {
    const struct report_run *run;
    unsigned count;             /* of articles */
    size_t byte_count;          /* of them */
    struct report_set articles; /* ids of their cases */
};

static const struct html_detail *detail_of(unsigned number)
{
    for (size_t i = 0; i < sizeof details / sizeof details[0]; i++)
        if (number <= details[i].up_to)
            return &details[i].detail;
    return NULL;
}

static bool add_case(void *own, const struct report_case *c, struct report_buffer *text)
{
    struct page *page = own;
    const struct html_detail *known = detail_of(page->count + 1);
    bool problem = c->verdict == REPORT_FAILED || c->verdict == REPORT_ERROR;
    if (problem && known && page->byte_count < WHOLE_BYTES_MAX) {
        struct html_detail detail = *known;
        detail.number = ++page->count;
        html_case(text, page->run, c, &detail);
        page->byte_count += text->size;
        if (c->kind == REPORT_KIND_UNFINISHED) /* comes and goes with each state of the report */
            page->count--;
        if (!report_set_find(&page->articles, c->id))
            text->failed |= !report_set_add(&page->articles, c->id);
    }
    report_buffer_add(text, "\n", 1); /* never nothing: that would be a case that has not ended */
    return true;
}

static void *begin(const struct report_run *run, const char *path)
{
    struct page *page = calloc(1, sizeof *page);
    (void)path;
    if (page)
        page->run = run;
    return page;
}

static bool write_document(void *own, struct report_stream *stream, FILE *out)
{
    static const enum report_verdict first[] = {REPORT_FAILED, REPORT_ERROR};
    struct page *page = own;
    struct report_buffer text = {0};
    html_head(&text, page->run);
    fwrite(report_buffer_text(&text), 1, text.size, out);
    for (size_t turn = 0; turn < 2; turn++)
        for (size_t i = 0; i < page->run->entry_count; i++)
            if (page->run->entries[i].verdict == first[turn])
                report_stream_copy(stream, i, out);
    report_buffer_clear(&text);
    html_tail(&text, page->run, &page->articles);
    fwrite(report_buffer_text(&text), 1, text.size, out);
    bool good = !text.failed;
    report_buffer_free(&text);
    return good;
}

static void done(void *own)
{
    struct page *page = own;
    free(page->articles.slots);
    free(page);
}

/* Writes what stands beside the page, under its name with another ending. */
static int write_beside(const char *path, const char *name, const char *content,
                        struct report_error *reterr_error)
{
    const char *slash = strrchr(path, '/');
    struct report_buffer beside = {0};
    report_buffer_add(&beside, path, slash ? (size_t)(slash + 1 - path) : 0);
    report_buffer_addf(&beside, "%s", name);
    int result = beside.failed ? -1
                               : report_file_write(report_buffer_text(&beside), content,
                                                   strlen(content), REPORT_FILE_WHOLE);
    if (result != 0)
        report_fail(reterr_error, "%s: can't be written: %s", report_buffer_text(&beside),
                    strerror(beside.failed ? ENOMEM : errno));
    report_buffer_free(&beside);
    return result;
}

int report_open_html(struct report_run *run, const char *path, struct report_error *reterr_error)
{
    static const struct report_format format = {begin, add_case, write_document, done};
    if (write_beside(path, "report.css", html_css, reterr_error) != 0 ||
        write_beside(path, "report.js", html_js, reterr_error) != 0)
        return -1;
    return report_stream_open(run, &format, path, reterr_error);
}
