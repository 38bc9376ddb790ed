/* rack_html.h - pieces of the pages of a rack. */
#ifndef FOTARIG_HARNESS_CLI_RACK_HTML_H
#define FOTARIG_HARNESS_CLI_RACK_HTML_H

#include <stdio.h>

#include "harness/cli/rack_page.h"

extern const char rack_html_style[];

/* Text that is never markup; NULL = "". */
void rack_html_put(FILE *out, const char *text);
/* In a path: every byte but letters, digits, "-", "_" and "." as %XX; "/" stays with `folders`. */
void rack_html_put_in_path(FILE *out, const char *text, bool folders);
/* All up to the first thing of the page's own; a page that `lives` loads itself again. */
void rack_html_begin(const struct rack_page *page, FILE *out, const char *title, bool lives);
void rack_html_put_verdict(FILE *out, enum report_verdict verdict);
/* "2026-11-26 14:03:07 UTC"; "" of 0. */
void rack_html_put_moment(FILE *out, uint64_t ms);

/* What is written of one case; false: there is no such one. */
bool rack_html_put_case(const struct rack_page *page, FILE *out, const char *number);

#endif
