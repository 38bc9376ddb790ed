/* html.c - the map as a page. */
#include <inttypes.h>

#include "harness/coverage/internal.h"
#include "reports/report.h"

static const char head[] = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
                           "<title>Coverage map</title>\n<style>\n"
                           "body{font:14px/1.4 sans-serif;margin:2em;color:#222;background:#fff}\n"
                           "table{border-collapse:collapse;margin:.5em 0 1.5em}\n"
                           "th,td{border:1px solid #ccc;padding:2px 6px}\n"
                           "th{background:#eee;font-weight:normal;text-align:left}\n"
                           "td{text-align:right}\ntd.note{text-align:left}\n"
                           ".reached{background:#cfe8cf}\n.justified{background:#eee;color:#888}\n"
                           ".missing{background:#f4b6b6;font-weight:bold}\n"
                           "</style></head><body>\n<h1>Coverage map</h1>\n";

static void write_escaped(const char *text, FILE *out)
{
    report_html_escape(out, text); /* trouble of the file is seen when it is closed */
}

static void write_tagged(const char *tag, const char *text, FILE *out)
{
    fprintf(out, "<%s>", tag);
    write_escaped(text, out);
    fprintf(out, "</%s>", tag);
}

/* The run that reached the cell first, or why none can. */
static const char *note_of(const struct coverage *coverage, const struct coverage_cell *cell)
{
    return cell->count           ? coverage->cases[cell->first]
           : cell->justification ? cell->justification
                                 : "never reached";
}

static void write_cell(const struct coverage *coverage, const struct coverage_cell *cell, FILE *out)
{
    fprintf(out, "<td class=\"%s\" title=\"",
            cell->count           ? "reached"
            : cell->justification ? "justified"
                                  : "missing");
    write_escaped(note_of(coverage, cell), out);
    fputs("\">", out);
    if (cell->count)
        fprintf(out, "%" PRIu32, cell->count);
    else
        fputs(cell->justification ? "&ndash;" : "!", out);
    fputs("</td>", out);
}

static void write_list(const struct coverage *coverage, const struct coverage_table *table,
                       FILE *out)
{
    for (size_t i = 0; i < table->row->count; i++) {
        fputs("<tr>", out);
        write_tagged("th", table->row->values[i], out);
        write_cell(coverage, &table->cells[i], out);
        fputs("<td class=\"note\">", out);
        write_escaped(note_of(coverage, &table->cells[i]), out);
        fputs("</td></tr>\n", out);
    }
}

/* The longer axis goes down the page. */
static void write_matrix(const struct coverage *coverage, const struct coverage_table *table,
                         FILE *out)
{
    size_t columns = table->column->count;
    bool turned = columns > table->row->count;
    const struct coverage_axis *down = turned ? table->column : table->row;
    const struct coverage_axis *across = turned ? table->row : table->column;
    fputs("<tr><th></th>", out);
    for (size_t x = 0; x < across->count; x++)
        write_tagged("th", across->values[x], out);
    fputs("</tr>\n", out);
    for (size_t y = 0; y < down->count; y++) {
        fputs("<tr>", out);
        write_tagged("th", down->values[y], out);
        for (size_t x = 0; x < across->count; x++)
            write_cell(coverage, &table->cells[turned ? x * columns + y : y * columns + x], out);
        fputs("</tr>\n", out);
    }
}

static void write_table(const struct coverage *coverage, const struct coverage_table *table,
                        FILE *out)
{
    struct coverage_sum sum = coverage_sum(table);
    write_tagged("h2", table->name, out);
    fputs("<p>", out);
    write_escaped(table->meaning, out);
    fprintf(out, ": %zu of %zu reached, %zu can't be, %zu missing</p>\n<table>\n", sum.reached,
            sum.cells, sum.justified, sum.missing);
    if (table->column)
        write_matrix(coverage, table, out);
    else
        write_list(coverage, table, out);
    fputs("</table>\n", out);
}

void coverage_write_html(const struct coverage *coverage, FILE *out)
{
    struct coverage_sum all = coverage_sum_all(coverage);
    fputs(head, out);
    fprintf(out,
            "<p>%zu cases, %zu cells: %zu reached, %zu can't be, %zu missing. Point at a cell to "
            "see which case reached it first, or why none can.</p>\n",
            coverage->case_count, all.cells, all.reached, all.justified, all.missing);
    for (unsigned i = 0; i < COVERAGE_TABLE_COUNT; i++)
        write_table(coverage, &coverage->tables[i], out);
    fputs("</body></html>\n", out);
}
