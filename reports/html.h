/* html.h - what the files that write report.html share. Private to reports/. */
#ifndef FOTARIG_REPORTS_HTML_H
#define FOTARIG_REPORTS_HTML_H

#include "reports/internal.h"

/*
 * All text goes through these: bytes become printable first (report_escape), then what HTML reads
 * as its own is written as an entity. So nothing that a module sends can become an element, an
 * attribute or a script.
 */
enum { HTML_BYTES_SHOWN = 512 };

/* Bytes, at most `limit` of them (0 = all), with "... (N bytes)" behind what is cut. */
void html_bytes(struct report_buffer *text, struct report_bytes bytes, enum report_form form,
                size_t limit);
/* Prose; NULL = nothing. */
void html_prose(struct report_buffer *text, const char *prose, size_t limit);
/* The id of a case as the id of an element, and behind # in a link; unique where the ids are. */
void html_anchor(struct report_buffer *text, const char *id);
/* "12.345" */
void html_seconds(struct report_buffer *text, uint64_t time_us);
/* A count with its thousands apart: "10,000" */
void html_count(struct report_buffer *text, uint64_t count);

/* How much of a case is shown. */
struct html_detail {
    unsigned number;  /* of the case in the page, from 1: prefix of what its parts are called */
    size_t wire_max;  /* entries of the timeline that passed the wire, the last ones */
    size_t other_max; /* and of the others */
};

/* True when the entry is among those that are shown, or a reason cites it. */
bool html_shows(const struct report_case *c, const struct html_detail *detail, size_t index);

/* A verdict as a sign and a word; and as an element with its colour. */
const char *html_sign(enum report_verdict verdict);
void html_verdict(struct report_buffer *text, enum report_verdict verdict);

/* The whole timeline as a picture, and, of cases shown at length, another of its end. */
void html_timeline(struct report_buffer *text, const struct report_case *c,
                   const struct html_detail *detail);
/* The entries, one under the other, to be opened. */
void html_steps(struct report_buffer *text, const struct report_case *c,
                const struct html_detail *detail);
/* This run beside one of the same case that passed, where one is known. */
void html_beside(struct report_buffer *text, const struct report_case *c,
                 const struct html_detail *detail);
/* Everything about a case that did not pass, as an article. */
void html_case(struct report_buffer *text, const struct report_run *run,
               const struct report_case *c, const struct html_detail *detail);

/* What the run has reached, where that is known. */
void html_maps(struct report_buffer *text, const struct report_run *run);
/* Head of the page, up to the articles. */
void html_head(struct report_buffer *text, const struct report_run *run);
/* What stands behind the articles, of which these ids have one: all cases by group, the slowest. */
void html_tail(struct report_buffer *text, const struct report_run *run,
               const struct report_set *articles);

/* What stands beside the page. */
extern const char html_css[], html_js[];

#endif
