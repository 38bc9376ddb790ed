/* rack_html.c - pieces of the pages of a rack: text, frame, looks. */
#include "harness/cli/rack_html.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

enum { RELOAD_S = 5 };

const char rack_html_style[] =
    ":root{--ink:#222;--paper:#fff;--line:#ddd;--soft:#f5f5f5;--faint:#666;--good:#17612b;--bad:"
    "#a8071a;--odd:#8a4b00;--link:#0b57d0}"
    "@media(prefers-color-scheme:dark){:root{--ink:#ddd;--paper:#181818;--line:#444;--soft:#242424;"
    "--faint:#999;--good:#7fd492;--bad:#ff8f8f;--odd:#f0b060;--link:#8ab4f8}}"
    "body{font:15px/1.45 system-ui,sans-serif;margin:1.2em auto;max-width:80em;padding:0 1em;"
    "color:var(--ink);background:var(--paper)}"
    "h1{font-size:1.4em;margin:.3em 0;overflow-wrap:anywhere}h2{font-size:1.1em;margin:1.4em 0 "
    ".4em}"
    "a{color:var(--link)}nav{display:flex;flex-wrap:wrap;gap:.2em 1.2em}p{margin:.5em 0}"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3em .6em;"
    "border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}"
    "th{font-weight:600;white-space:nowrap}td.n{text-align:right}td.s,td.k{white-space:nowrap}"
    "td small{color:var(--faint);display:block;font-size:.87em}"
    "pre{background:var(--soft);padding:.7em;overflow-x:auto;white-space:pre-wrap;"
    "overflow-wrap:anywhere}"
    ".h{font-family:monospace;letter-spacing:.1em;overflow-wrap:anywhere}.h a{text-decoration:none}"
    ".passed{color:var(--good)}.failed{color:var(--bad);font-weight:700}"
    ".error{color:var(--odd);font-weight:700}.skipped,.not-run,.off{color:var(--faint)}"
    "td.zero{color:var(--faint)}"
    "@media(max-width:48em){table.w thead{display:none}table.w tr{display:block;padding:.5em 0;"
    "border-bottom:1px solid var(--line)}table.w td{display:block;border:0;padding:.05em 0;"
    "text-align:left;white-space:normal}table.w td[data-is]:before{content:attr(data-is) \": \";"
    "color:var(--faint);font-weight:400}"
    "table.w td.s{font-weight:700;font-size:1.1em}table.w td.n,table.w td.k{display:inline-block;"
    "margin-right:1em}table.w td.e,table.w "
    "td.zero{display:none}.h:before{font-family:system-ui,sans-serif;letter-spacing:0}table.v "
    "th{white-space:normal}"
    "table.v tr,table.v th,table.v td{display:block;border:0;padding:.05em 0}"
    "table.v tr{padding:.35em 0;border-bottom:1px solid var(--line)}table.v "
    "th{color:var(--faint)}}";

void rack_html_put(FILE *out, const char *text)
{
    for (; text && *text; text++)
        switch (*text) {
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '&':
            fputs("&amp;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        case '\'':
            fputs("&#39;", out);
            break;
        default:
            fputc(*text, out);
            break;
        }
}

void rack_html_put_in_path(FILE *out, const char *text, bool folders)
{
    for (; *text; text++)
        if ((*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') ||
            (*text >= '0' && *text <= '9') || strchr("-_.", *text) || (folders && *text == '/'))
            fputc(*text, out);
        else
            fprintf(out, "%%%02X", (unsigned char)*text);
}

void rack_html_put_moment(FILE *out, uint64_t ms)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm parts;
    char text[40];
    if (ms && gmtime_r(&seconds, &parts) &&
        strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &parts))
        fputs(text, out);
}

/* What else the folder of reports has, once it is there. */
static void put_links(const struct rack_page *page, FILE *out)
{
    char path[4096];
    for (size_t i = 0; page->folder && cli_rack_page_files[i].name; i++) {
        const char *name = cli_rack_page_files[i].name;
        int length = snprintf(path, sizeof path, "%s/%s", page->folder, name);
        if (cli_rack_page_files[i].is_linked && length > 0 && (size_t)length < sizeof path &&
            access(path, R_OK) == 0)
            fprintf(out, "<a href=\"/file/%s\">%s</a>\n", name, name);
    }
}

void rack_html_begin(const struct rack_page *page, FILE *out, const char *title, bool lives)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>", out);
    rack_html_put(out, title);
    fputs("</title><meta name=\"viewport\" content=\"width=device-width\">", out);
    if (lives)
        fprintf(out, "<meta http-equiv=\"refresh\" content=\"%d\">", RELOAD_S);
    fputs("<link rel=\"stylesheet\" href=\"/style.css\"></head><body>\n<nav><a href=\"/\">rack ",
          out);
    rack_html_put(out, page->rack->name);
    fputs("</a>\n", out);
    put_links(page, out);
    fputs("</nav>\n<h1>", out);
    rack_html_put(out, title);
    fputs("</h1>\n", out);
    if (page->results && page->results->unfinished) {
        fputs("<p class=\"error\">", out);
        rack_html_put(out, page->results->unfinished);
        fputs("</p>\n", out);
    }
    if (page->problem) {
        fputs("<p>no report: ", out);
        rack_html_put(out, page->problem);
        fputs("</p>\n", out);
    }
}

void rack_html_put_verdict(FILE *out, enum report_verdict verdict)
{
    const char *name = report_verdict_name(verdict);
    fprintf(out, "<td class=\"%s\">%s</td>", name, name);
}
