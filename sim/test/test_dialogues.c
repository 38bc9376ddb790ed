/*
 * Dialogues that people have had with real modules (sim/test/dialogues), line for line against the
 * emulator. Modules differ: where a dialogue is not what an emulator with defaults says, the file
 * names the setting and the reason, and it must be that setting that makes the difference.
 */
#include "sim/test/support_module.h"

#include <ctype.h>
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char folder[] = "sim/test/dialogues";

enum {
    FILES = 64,
    LINE = 400,
    LINES = 24, /* of one answer */
    NEEDS = 8,
    PATHS = 6,
    ANSWER_TIME_US = 12000000,
    AFTER_FINAL_US = 150000,
    TYPED_TIME_US = 1500000,
    STEP_US = 50000
};

struct lines {
    unsigned count;
    char text[LINES][LINE];
};

/* What the server has; `to`: where a redirect leads. */
struct page {
    char path[64], to[64];
    struct module_server server;
};

struct player {
    struct module *module;
    const char *path;
    unsigned number;          /* line of the file */
    int without;              /* of the needs; -1 = all are set */
    unsigned needs;           /* that were seen */
    char need[NEEDS][LINE];   /* "name=value", with its reason */
    struct page pages[PATHS]; /* of the server */
    unsigned page_count;
    bool begun, warm, loud;
    unsigned exchanges, differ;
    char command[LINE]; /* "" = none is open */
    bool shown;         /* its answer is not judged */
    struct lines want, got;
};

static char page_bytes[20000];

/* ---- values -------------------------------------------------------------------------------- */

static int32_t choice_value(struct player *player, const struct sim_setting_info *info,
                            const char *value)
{
    size_t length = strlen(value);
    int32_t index = 0;
    for (const char *at = info->choices; at; index++) {
        const char *end = strchr(at, '|');
        if (strlen(at) >= length && strncmp(at, value, length) == 0 &&
            (at[length] == '\0' || at[length] == '|'))
            return index;
        at = end ? end + 1 : NULL;
    }
    fail_msg("%s:%u: '%s' is no value of %s", player->path, player->number, value, info->name);
    return 0;
}

static void set(struct player *player, char *text)
{
    char *value = strchr(text, '='), *end = NULL;
    int setting = value ? sim_setting_find(text, (size_t)(value - text)) : -1;
    if (setting < 0)
        fail_msg("%s:%u: want NAME=VALUE: %s", player->path, player->number, text);
    const struct sim_setting_info *info = sim_setting_info((unsigned)setting);
    if (info->unit == SIM_UNIT_CHOICE) {
        player->module->config.settings[setting] = choice_value(player, info, value + 1);
        return;
    }
    long number = strtol(value + 1, &end, 10);
    if (info->unit == SIM_UNIT_FLAG && end == value + 1)
        number = strcmp(value + 1, "yes") == 0;
    else if (strcmp(end, "s") == 0)
        number *= 1000;
    else if (end == value + 1 || (*end && strcmp(end, "ms") != 0))
        fail_msg("%s:%u: no value: %s", player->path, player->number, text);
    player->module->config.settings[setting] = (int32_t)number;
}

/* "name=value; reason": returns the pair; NULL when this is the one that is tried without. */
static char *take_need(struct player *player, const char *text)
{
    static char pair[LINE];
    unsigned need = player->needs++;
    if (need >= NEEDS || !strstr(text, "; "))
        fail_msg("%s:%u: want NAME=VALUE; REASON", player->path, player->number);
    snprintf(player->need[need], LINE, "%s", text);
    snprintf(pair, sizeof pair, "%.*s", (int)strcspn(text, ";"), text);
    return player->without == (int)need ? NULL : pair;
}

static void need(struct player *player, const char *text)
{
    char *pair = take_need(player, text);
    if (pair)
        set(player, pair);
}

/* The same in the middle of a dialogue. */
static void become(struct player *player, const char *text)
{
    char *pair = take_need(player, text);
    if (!pair)
        return;
    set(player, pair);
    int setting = sim_setting_find(pair, strcspn(pair, "="));
    if (!module_apply(player->module, SIM_ACTION_SETTING, (uint32_t)setting,
                      player->module->config.settings[setting], NULL))
        fail_msg("%s:%u: the module does not take it", player->path, player->number);
}

/* ---- time and lines ------------------------------------------------------------------------ */

static const struct page *find_page(const struct player *player, const char *url)
{
    for (unsigned i = 0; url[0] && i < player->page_count; i++)
        if (strcmp(url + strlen(url) - strlen(player->pages[i].path), player->pages[i].path) == 0)
            return &player->pages[i];
    return NULL;
}

/* As a server does, and a client that follows what the module wants followed. */
static void choose_page(struct module *module, void *context)
{
    static const struct module_server nothing = {.status = 404, .blob = -1};
    const struct page *page = find_page(context, module->url);
    bool keeps = page && (page->server.status == 307 || page->server.status == 308);
    if (page && page->to[0] &&
        (module->follow == SIM_FOLLOW_ALL || (keeps && module->follow == SIM_FOLLOW_KEPT)))
        page = find_page(context, page->to);
    module->server = page ? page->server : nothing;
}

static bool is_final(const char *line)
{
    static const char *const whole[] = {"OK", "ERROR", "NO CARRIER", "SHUT OK",
                                        ">",  "> ",    "DOWNLOAD",   "NORMAL POWER DOWN"};
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++)
        if (strcmp(line, whole[i]) == 0)
            return true;
    return strncmp(line, "CONNECT", 7) == 0 || strncmp(line, "+CME ERROR:", 11) == 0 ||
           strncmp(line, "+CMS ERROR:", 11) == 0;
}

/* Adds the lines of an output to what was got, without blank ones and the echo. */
static bool add_lines(struct player *player, const char *output)
{
    struct lines *got = &player->got;
    bool final = false;
    for (const char *at = output; *at;) {
        size_t length = strcspn(at, "|\r\n");
        while (length && at[0] == ' ')
            at++, length--;
        size_t end = length;
        while (end && at[end - 1] == ' ')
            end--;
        char *line = got->text[got->count < LINES ? got->count : LINES - 1];
        snprintf(line, LINE, "%.*s", (int)end, at);
        if (end && strcmp(line, player->command) != 0) {
            final = final || is_final(line);
            got->count += got->count < LINES;
        }
        at += length + (at[length] != '\0');
    }
    return final;
}

/* Until a final result has come and a moment has passed, or the time is over. */
static void listen_for(struct player *player, uint64_t time_us, bool until_final)
{
    static char output[4096];
    size_t length = 0;
    for (uint64_t left_us = time_us; left_us; left_us -= left_us < STEP_US ? left_us : STEP_US) {
        module_run(player->module, left_us < STEP_US ? left_us : STEP_US);
        const char *more = module_output(player->module);
        length += (size_t)snprintf(output + length, sizeof output - length, "%s", more);
        if (length >= sizeof output)
            length = sizeof output - 1;
        player->got.count = 0;
        if (add_lines(player, output) && until_final && left_us > AFTER_FINAL_US)
            left_us = AFTER_FINAL_US + STEP_US;
    }
}

/* ---- judging ------------------------------------------------------------------------------- */

/* {word} is anything but nothing. */
static bool line_matches(const char *want, const char *got)
{
    for (; *want; want++, got++) {
        const char *end = *want == '{' ? strchr(want, '}') : NULL;
        if (end) {
            do {
                if (*got && line_matches(end + 1, got + 1))
                    return true;
            } while (*got++);
            return false;
        }
        if (*want != *got)
            return false;
    }
    return *got == '\0';
}

static void show(const struct lines *lines, const char *what)
{
    for (unsigned i = 0; i < lines->count; i++)
        print_error("  %s %s\n", what, lines->text[i]);
}

static void close_exchange(struct player *player)
{
    if (!player->command[0])
        return;
    bool agrees = player->want.count == player->got.count;
    for (unsigned i = 0; agrees && i < player->want.count; i++)
        agrees = line_matches(player->want.text[i], player->got.text[i]);
    agrees = agrees || player->shown;
    player->exchanges++;
    player->differ += !agrees;
    if (!agrees && player->loud) {
        print_error("%s:%u: before this line: %s\n", player->path, player->number, player->command);
        show(&player->want, "want");
        show(&player->got, "got ");
    }
    player->command[0] = '\0';
    player->want.count = player->got.count = 0;
    player->shown = false;
}

/* ---- steps --------------------------------------------------------------------------------- */

static void begin_module(struct player *player)
{
    struct module *module = player->module;
    if (player->begun)
        return;
    player->begun = true;
    module_begin(module);
    if (!module_apply(module, SIM_ACTION_POWER_ON, 0, 0, NULL))
        fail_msg("%s: the module does not switch on", player->path);
    if (!player->warm)
        return;
    module_run(module, 20 * SECOND_US);
    for (unsigned i = 0; i < 6; i++) /* finds the rate, as 'fotarig sim --boot warm' */
        module_ask(module, "AT");
    module_run(module, 20 * SECOND_US);
    module_output(module);
}

static void ask(struct player *player, const char *line, uint64_t time_us)
{
    snprintf(player->command, sizeof player->command, "%s", line);
    module_output(player->module);
    module_send(player->module, line, strlen(line));
    module_send(player->module, "\r", 1);
    listen_for(player, time_us, true);
}

/* Bytes without an end of the line; \r, \n and \s (a blank) are written so. */
static void type(struct player *player, const char *text)
{
    char bytes[LINE];
    size_t size = 0;
    for (; *text && size < sizeof bytes; text++)
        if (text[0] == '\\' && text[1] && strchr("rns", text[1]))
            bytes[size++] = *++text == 'r' ? '\r' : *text == 'n' ? '\n' : ' ';
        else
            bytes[size++] = *text;
    module_output(player->module);
    module_send(player->module, bytes, size);
    snprintf(player->command, sizeof player->command, "%.*s", (int)size, bytes);
    listen_for(player, TYPED_TIME_US, false);
}

static void run_control(struct player *player, const char *words)
{
    unsigned long number = strtoul(words + strcspn(words, "0123456789"), NULL, 10);
    enum sim_action_kind kind = SIM_ACTION_PWRKEY;
    if (strncmp(words, "http-result ", 12) == 0)
        kind = SIM_ACTION_HTTP_RESULT;
    else if (strncmp(words, "pwrkey ", 7) != 0)
        fail_msg("%s:%u: unknown: ctl %s", player->path, player->number, words);
    if (!module_apply(player->module, kind, (uint32_t)number, 0, NULL))
        fail_msg("%s:%u: the module does not take it", player->path, player->number);
}

/* "PATH STATUS BYTES [chunked] [-> PATH]" */
static void take_page(struct player *player, const char *text)
{
    struct page *page = &player->pages[player->page_count];
    unsigned status = 0, bytes = 0;
    if (player->page_count >= PATHS ||
        sscanf(text, "%63s %u %u", page->path, &status, &bytes) != 3 || bytes > sizeof page_bytes)
        fail_msg("%s:%u: want PATH STATUS BYTES", player->path, player->number);
    const char *to = strstr(text, " -> ");
    snprintf(page->to, sizeof page->to, "%s", to ? to + 4 : "");
    page->server =
        (struct module_server){.status = (uint16_t)status,
                               .length_bytes = strstr(text, " chunked") ? SIM_HTTP_CHUNKED : bytes,
                               .blob = bytes ? module_blob(player->module, page_bytes, bytes) : -1};
    player->page_count++;
}

static void identify(struct player *player, const char *text)
{
    char revision[40] = "";
    if (sscanf(text, "--revision %39s", revision) != 1 ||
        !sim_config_identify(&player->module->config, NULL, revision))
        fail_msg("%s:%u: no revision: %s", player->path, player->number, text);
    player->warm = strstr(text, "--boot cold") == NULL;
}

static uint64_t seconds_us(const char *text)
{
    return (uint64_t)(strtod(text, NULL) * SECOND_US);
}

/* What stands before the first exchange. */
static bool prepares(struct player *player, const char *word, char *rest)
{
    if (strcmp(word, "start:") == 0)
        identify(player, rest);
    else if (strcmp(word, "set:") == 0)
        set(player, rest);
    else if (strcmp(word, "needs:") == 0)
        need(player, rest);
    else if (strcmp(word, "speed:") == 0)
        return true; /* of a clock that is not ours */
    else if (strcmp(word, "page:") == 0)
        take_page(player, rest);
    else if (strcmp(word, "baud:") == 0)
        player->module->baud_bps = (uint32_t)strtoul(rest, NULL, 10);
    else
        return false;
    return true;
}

static void want_line(struct player *player, const char *line)
{
    if (player->want.count >= LINES)
        fail_msg("%s:%u: too many lines", player->path, player->number);
    player->shown = player->shown || strcmp(line, "?") == 0;
    snprintf(player->want.text[player->want.count++], LINE, "%s", line);
}

static void play_step(struct player *player, const char *word, char *rest)
{
    if (strcmp(word, "<") == 0) {
        want_line(player, rest);
        return;
    }
    close_exchange(player);
    if (strcmp(word, ">") == 0) {
        ask(player, rest, ANSWER_TIME_US);
    } else if (strcmp(word, ">t") == 0) {
        ask(player, rest + strcspn(rest, " ") + 1, seconds_us(rest));
    } else if (strcmp(word, ">>") == 0) {
        type(player, rest);
    } else if (strcmp(word, "listen") == 0) {
        snprintf(player->command, sizeof player->command, "listen %s", rest);
        listen_for(player, seconds_us(rest), false);
    } else if (strcmp(word, "sleep") == 0) {
        module_run(player->module, seconds_us(rest));
        module_output(player->module);
    } else if (strcmp(word, "prepare") == 0) {
        module_ask(player->module, rest);
    } else if (strcmp(word, "becomes:") == 0) {
        become(player, rest);
    } else if (strcmp(word, "baudto") == 0) {
        player->module->baud_bps = (uint32_t)strtoul(rest, NULL, 10);
    } else if (strcmp(word, "ctl") == 0) {
        run_control(player, rest);
    } else {
        fail_msg("%s:%u: unknown: %s", player->path, player->number, word);
    }
}

static void play(struct player *player, const char *path, int without, bool loud)
{
    static struct module module;
    char line[LINE];
    memset(player, 0, sizeof *player);
    *player = (struct player){.module = &module, .path = path, .without = without, .loud = loud};
    module_init(&module);
    module.on_request = choose_page;
    module.on_request_context = player;
    for (unsigned i = 0; i < SIM_SETTING_COUNT; i++)
        module.config.settings[i] = sim_setting_info(i)->initial;
    module.config.settings[SIM_SETTING_BOOT_JITTER] = 0;
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("%s: cannot be read; run this from the root of the repository", path);
    while (fgets(line, sizeof line, file)) {
        player->number++;
        line[strcspn(line, "\r\n")] = '\0';
        size_t length = strcspn(line, " ");
        char *rest = line + length + (line[length] != '\0');
        if (line[0] == '#' || line[0] == '\0')
            continue;
        line[length] = '\0';
        if (prepares(player, line, rest))
            continue;
        begin_module(player);
        play_step(player, line, rest);
    }
    close_exchange(player);
    fclose(file);
}

/* ---- the test ------------------------------------------------------------------------------ */

static int compare_names(const void *left, const void *right)
{
    return strcmp(left, right);
}

static unsigned list_files(char paths[FILES][300])
{
    unsigned count = 0;
    DIR *directory = opendir(folder);
    if (!directory)
        fail_msg("%s: cannot be read; run this from the root of the repository", folder);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
        if (strstr(entry->d_name, ".case") && count < FILES)
            snprintf(paths[count++], 300, "%s/%s", folder, entry->d_name);
    closedir(directory);
    qsort(paths, count, sizeof paths[0], compare_names);
    return count;
}

static void dialogues_agree_and_what_they_need_is_a_setting_with_its_reason(void **state)
{
    (void)state;
    static char paths[FILES][300];
    static struct player player, lacking;
    unsigned count = list_files(paths), wrong = 0, exchanges = 0, as_is = 0;
    memset(page_bytes, 'x', sizeof page_bytes);
    for (unsigned i = 0; i < count; i++) {
        play(&player, paths[i], -1, true);
        exchanges += player.exchanges;
        wrong += player.differ > 0 || player.exchanges == 0;
        as_is += player.needs == 0 && player.differ == 0;
        printf("%s: %u exchanges, %u differ\n", paths[i], player.exchanges, player.differ);
        for (unsigned need = 0; need < player.needs; need++) {
            printf("  agrees with %s\n", player.need[need]);
            play(&lacking, paths[i], (int)need, false);
            if (lacking.differ == 0) {
                print_error("%s: agrees without %s, too\n", paths[i], player.need[need]);
                wrong++;
            }
        }
    }
    printf("%u dialogues, %u exchanges; %u dialogues agree as they are\n", count, exchanges, as_is);
    assert_int_equal(wrong, 0);
    assert_true(count >= 23);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dialogues_agree_and_what_they_need_is_a_setting_with_its_reason),
    };
    return cmocka_run_group_tests_name("dialogues", tests, NULL, NULL);
}
