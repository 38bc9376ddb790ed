/* live.c - the table of processes: bounded by the screen, whatever stands in it. */
#include "harness/campaign/live.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

enum {
    ROWS = 24, /* of a terminal that does not tell */
    COLUMNS = 80,
    ROWS_MOST = 300,
    COLUMNS_MOST = 200
};

static size_t count_lines(const char *lines)
{
    size_t count = 0;
    for (; *lines; lines++)
        count += *lines == '\n';
    return count;
}

/* How many bytes of the line fit, without half a character. */
static size_t fitting(const char *line, size_t length, size_t columns)
{
    size_t size = length < columns ? length : columns;
    while (size < length && size > 0 && ((unsigned char)line[size] & 0xC0) == 0x80)
        size--;
    return size;
}

static bool add(char *screen, size_t capacity, size_t *used, const char *line, size_t size)
{
    if (*used + size + 2 > capacity)
        return false;
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)line[i];
        screen[(*used)++] = (char)(byte < ' ' || byte == 0x7F ? '?' : byte);
    }
    screen[(*used)++] = '\n';
    screen[*used] = '\0';
    return true;
}

void campaign_cut_lines(const char *lines, size_t columns, size_t rows, char *screen,
                        size_t capacity)
{
    size_t total = count_lines(lines), used = 0, shown = total <= rows ? total : rows - 1;
    char more[40];
    screen[0] = '\0';
    for (size_t i = 0; i < shown; i++) {
        size_t length = strcspn(lines, "\n");
        if (!add(screen, capacity, &used, lines, fitting(lines, length, columns)))
            return;
        lines += length + 1;
    }
    int length = snprintf(more, sizeof more, "  and %zu more", total - shown);
    if (shown < total)
        (void)add(screen, capacity, &used, more, fitting(more, (size_t)length, columns));
}

static void screen_size(FILE *out, size_t *ret_rows, size_t *ret_columns)
{
    struct winsize size = {0};
    bool known = ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_row > 2 && size.ws_col > 1;
    *ret_rows = known && size.ws_row < ROWS_MOST ? size.ws_row : known ? ROWS_MOST : ROWS;
    *ret_columns = known && size.ws_col < COLUMNS_MOST ? size.ws_col
                   : known                             ? COLUMNS_MOST
                                                       : COLUMNS;
}

void campaign_show_live(struct campaign *campaign, const struct campaign_use *use, void *context,
                        size_t done)
{
    static char screen[ROWS_MOST * (COLUMNS_MOST + 1)];
    char *text = NULL;
    size_t size = 0, rows, columns;
    FILE *lines = campaign->console.progress ? open_memstream(&text, &size) : NULL;
    if (!lines)
        return;
    fprintf(lines, "[%zu/%zu]\n", done, campaign->case_count);
    use->live(context, lines);
    bool good = fclose(lines) == 0;
    screen_size(campaign->console.out, &rows, &columns);
    if (good) {
        campaign_cut_lines(text, columns - 1, rows - 1, screen, sizeof screen);
        report_console_table(&campaign->console, screen);
    }
    free(text);
}
