/*
 * The tap against what real modules said, labelled by hand (harness/tap/test/captures), and against
 * dialogues that show one thing each (harness/tap/test/dialogues).
 */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/tap/tap.h"

enum { EVENTS_MAX = 32, LINE_MAX_BYTES = 1024, BYTES_MAX = 8192 };

static struct player {
    const char *path;
    unsigned line;
    bool bytewise;
    struct tap tap;
    uint64_t now_us;
    size_t count, next; /* of events; those before `next` were compared */
    char events[EVENTS_MAX][LINE_MAX_BYTES];
    uint8_t bytes[BYTES_MAX];
    unsigned labels;
} player;

/* "kind? text~", as a label has it. */
static void on_tap(void *context, const struct tap_event *event)
{
    struct player *now = context;
    char text[TAP_LINE_BYTES + 1] = "";
    bool marked = event->flags & (TAP_INFERRED | TAP_UNASKED | TAP_UNKNOWN);
    memcpy(text, event->text, event->text_length);
    text[event->text_length] = '\0';
    if (event->kind == TAP_ECHO)
        return;
    if (event->kind == TAP_DATA)
        snprintf(text, sizeof text, "%u", event->length);
    if (event->kind == TAP_RESET)
        snprintf(text, sizeof text, "%s", tap_cause_name(event->number));
    if (event->kind == TAP_NOISE)
        text[0] = '\0';
    assert_true(now->count < EVENTS_MAX);
    snprintf(now->events[now->count++], LINE_MAX_BYTES, "%s%s%s%s%s", tap_kind_name(event->kind),
             marked ? "?" : "", event->kind == TAP_NOISE ? "" : " ", text,
             event->flags & TAP_TRUNCATED && event->kind != TAP_NOISE ? "~" : "");
    for (char *end = strchr(now->events[now->count - 1], '\0'); end[-1] == ' ';)
        *--end = '\0'; /* files have no blanks at the ends of lines */
}

static void expect_none_left(const struct player *now)
{
    if (now->next < now->count)
        fail_msg("%s:%u: an event before this line has no label: %s", now->path, now->line,
                 now->events[now->next]);
}

static void expect(struct player *now, const char *label)
{
    const char *got = now->next < now->count ? now->events[now->next++] : "nothing";
    if (strcmp(got, label) != 0)
        fail_msg("%s:%u: %s\n  want %s\n  got  %s", now->path, now->line,
                 now->bytewise ? "byte by byte" : "whole", label, got);
    now->labels += !now->bytewise;
}

/* ---- files --------------------------------------------------------------------------------- */

static size_t unescape(struct player *now, const char *text)
{
    size_t size = 0;
    for (; *text; text++) {
        uint8_t byte = (uint8_t)*text;
        unsigned long repeat = 1;
        char *end;
        if (*text == '\\' && *++text == '*') {
            repeat = strtoul(text + 1, &end, 10);
            text = end - 1;
            byte = 'x';
        } else if (byte == '\\') {
            byte = *text == 'r' ? '\r' : *text == 'n' ? '\n' : (uint8_t)*text;
            if (*text == 'x') {
                char digits[3] = {text[1], text[2], '\0'};
                byte = (uint8_t)strtoul(digits, NULL, 16);
                text += 2;
            }
        }
        assert_true(size + repeat < BYTES_MAX);
        memset(now->bytes + size, byte, repeat);
        size += repeat;
    }
    return size;
}

static void feed(struct player *now, enum tap_direction direction, const char *text,
                 const char *end)
{
    size_t size = unescape(now, text), last = strlen(end);
    memcpy(now->bytes + size, end, last);
    size += last;
    now->count = now->next = 0;
    now->now_us += 1000;
    for (size_t i = 0; i < size; i += now->bytewise ? 1 : size)
        tap_feed(&now->tap, direction, now->bytes + i, now->bytewise ? 1 : size, now->now_us,
                 on_tap, now);
}

static void play_line(struct player *now, const char *line)
{
    if (strncmp(line, "= ", 2) == 0) {
        expect(now, line + 2);
        return;
    }
    expect_none_left(now);
    if (strncmp(line, "> ", 2) == 0)
        feed(now, TAP_TO_MODULE, line + 2, "\r");
    else if (strncmp(line, ">> ", 3) == 0)
        feed(now, TAP_TO_MODULE, line + 3, "");
    else if (strncmp(line, "< ", 2) == 0)
        feed(now, TAP_TO_HOST, line + 2, "");
    else if (strncmp(line, "wait ", 5) == 0)
        now->now_us += (uint64_t)(strtod(line + 5, NULL) * 1e6);
    else if (line[0] != '#' && line[0] != '\0')
        fail_msg("%s:%u: no such line: %s", now->path, now->line, line);
}

static void play(const char *path, bool bytewise)
{
    char line[LINE_MAX_BYTES];
    unsigned labels = player.labels;
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("%s: cannot be read", path);
    player = (struct player){.path = path, .bytewise = bytewise, .labels = labels};
    while (fgets(line, sizeof line, file)) {
        player.line++;
        line[strcspn(line, "\n")] = '\0';
        play_line(&player, line);
    }
    expect_none_left(&player);
    fclose(file);
}

static void play_all(const char *files)
{
    glob_t found;
    player.labels = 0;
    assert_int_equal(glob(files, 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        play(found.gl_pathv[i], false);
        play(found.gl_pathv[i], true);
    }
    printf("counted: %s: %zu files, %u labelled events\n", files, found.gl_pathc, player.labels);
    globfree(&found);
}

static void captures_are_read_as_they_are_labelled(void **state)
{
    (void)state;
    play_all("harness/tap/test/captures/*.txt");
}

static void dialogues_are_read_as_they_are_labelled(void **state)
{
    (void)state;
    play_all("harness/tap/test/dialogues/*.txt");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(captures_are_read_as_they_are_labelled),
        cmocka_unit_test(dialogues_are_read_as_they_are_labelled),
    };
    return cmocka_run_group_tests_name("tap of captures and dialogues", tests, NULL, NULL);
}
