/* html_maps.c - what a run has reached, as tables of counts. */
#include "reports/html.h"

static const struct report_axis *columns_of(const struct report_map *map)
{
    static const char *const times[] = {"times"};
    static const struct report_axis list = {.name = "", .values = times, .count = 1};
    return map->columns.count ? &map->columns : &list;
}

static void add_head(struct report_buffer *text, const struct report_map *map)
{
    const struct report_axis *columns = columns_of(map);
    report_buffer_addf(text,
                       "<div class=\"scroll\"><table class=\"map\"><thead><tr><th scope=\"col\">");
    html_prose(text, map->rows.name, 80);
    report_buffer_addf(text, map->columns.count ? " / " : "");
    html_prose(text, columns->name, 80);
    report_buffer_addf(text, "</th>");
    for (size_t i = 0; i < columns->count; i++) {
        report_buffer_addf(text, "<th scope=\"col\">");
        html_prose(text, columns->values[i], 80);
        report_buffer_addf(text, "</th>");
    }
    report_buffer_addf(text, "</tr></thead><tbody>\n");
}

/* Never is a sign and a class. */
static void add_cell(struct report_buffer *text, uint32_t count)
{
    report_buffer_addf(text, count ? "<td>" : "<td class=\"missing\">&ndash;");
    if (count)
        html_count(text, count);
    report_buffer_addf(text, "</td>");
}

static void add_map(struct report_buffer *text, const struct report_map *map)
{
    size_t width = columns_of(map)->count, reached = 0;
    for (size_t i = 0; i < map->rows.count * width; i++)
        reached += map->counts[i] > 0;
    report_buffer_addf(text, "<details><summary>");
    html_prose(text, map->name, 80);
    report_buffer_addf(text, ": %zu of %zu reached", reached, map->rows.count * width);
    report_buffer_addf(text, " <span class=\"quiet\">");
    html_prose(text, map->meaning, 200);
    report_buffer_addf(text, "</span></summary>\n");
    add_head(text, map);
    for (size_t row = 0; row < map->rows.count; row++) {
        report_buffer_addf(text, "<tr><th scope=\"row\">");
        html_prose(text, map->rows.values[row], 80);
        report_buffer_addf(text, "</th>");
        for (size_t i = 0; i < width; i++)
            add_cell(text, map->counts[row * width + i]);
        report_buffer_addf(text, "</tr>\n");
    }
    report_buffer_addf(text, "</tbody></table></div></details>\n");
}

void html_maps(struct report_buffer *text, const struct report_run *run)
{
    if (!run->map_count)
        return;
    report_buffer_addf(text, "<section id=\"maps\">\n<h2>What was reached</h2>\n");
    for (size_t i = 0; i < run->map_count; i++)
        add_map(text, run->maps[i]);
    report_buffer_addf(text, "</section>\n");
}
