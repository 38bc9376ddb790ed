/*
 * Every behaviour has a tag and a source that can be looked up, and what is assumed can be set.
 */
#include "sim/catalogue.h"
#include "sim/sim.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "2.2.19": numbers between dots, and nothing else up to `end`. */
static bool is_section(const char *text, const char *end)
{
    bool digit = false;
    for (; text < end; text++) {
        if (!is_digit(*text) && (*text != '.' || !digit))
            return false;
        digit = is_digit(*text);
    }
    return digit;
}

/*
 * Documents of sim7000-at.md 0, and GNSS100, NTP102: SIM800 Series GNSS Application Note V1.00 and
 * NTP Application Note V1.02; TinyGSM: its client for SIM7000 with TLS and the notes beside it. A
 * note as short as one chapter, and a sibling's manual, may stand without a section.
 */
static const struct {
    const char *key;
    bool short_note;
} documents[] = {
    {"AT106", false},
    {"HD107", false},
    {"AT7080", true},
    {"sim7000-at", false},
    {"sim7000-storage", false},
    {"sim7000-fota", false},
    {"field-failures", false},
    {"FOTA100", true},
    {"FOTA101", true},
    {"FS101", true},
    {"HTTPS103", true},
    {"HTTP101", true},
    {"FTP102", true},
    {"UART101", true},
    {"LPM101", true},
    {"TCP102", true},
    {"NTP102", true},
    {"TinyGSM", true},
    {"LNX200", true},
    {"FOTA7080", true},
    {"FTP7080", true},
    {"GNSS100", true},
    {"BG96", true},
    {"3GPP TS", false},
    {"V.25ter", false},
};

/* What follows the key of a document: a section, or words such as "table 8", "status 3". */
static bool is_place(const char *text, const char *end, bool short_note)
{
    if (text == end)
        return short_note;
    if (*text != ' ')
        return false;
    text++;
    static const char *const words[] = {"table ", "version table", "status ", "(several minutes)"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strncmp(text, words[i], strlen(words[i])) == 0)
            return true;
    const char *space = memchr(text, ' ', (size_t)(end - text));
    return is_section(text, space ? space : end); /* "AT7080 3.2 CFUN": the page's name follows */
}

static bool is_document(const char *text, const char *end)
{
    for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++) {
        size_t length = strlen(documents[i].key);
        if ((size_t)(end - text) >= length && memcmp(text, documents[i].key, length) == 0 &&
            is_place(text + length, end, documents[i].short_note))
            return true;
    }
    return false;
}

/* T01 to T27, M01 and on, S1 and V1 and on, Q1, Q-F1; an issue of a public repository. */
static bool is_item(const char *text, const char *end)
{
    const char *issue = strstr(text, " issue ");
    if (issue && issue < end)
        return is_section(issue + 7, end);
    if (*text != 'M' && *text != 'T' && *text != 'S' && *text != 'V' && *text != 'Q')
        return false;
    text += strncmp(text, "Q-F", 3) == 0 ? 3 : 1;
    return text < end && is_section(text, end);
}

/* The first source of the list that is in no form, or NULL. */
static const char *bad_source(const char *source)
{
    bool document = false;
    while (*source) {
        const char *end = source + strcspn(source, ",");
        bool also = document && is_section(source, end); /* "AT106 2.2.19, 20.1" */
        if (!also && !is_item(source, end) && !is_document(source, end))
            return source;
        document = also || is_document(source, end);
        source = end + strspn(end, ", ");
    }
    return NULL;
}

static void every_fact_has_a_tag_and_a_source_that_can_be_looked_up(void **state)
{
    struct sim_fact fact;
    (void)state;
    for (size_t i = 0; sim_fact(i, &fact); i++) {
        const char *bad = bad_source(fact.source);
        if (!strchr("DOSI", fact.tag))
            print_error("%s %s: the tag is '%c'\n", fact.group, fact.name, fact.tag);
        if (bad)
            print_error("%s %s: no such source: %s\n", fact.group, fact.name, bad);
    }
    for (size_t i = 0; sim_fact(i, &fact); i++)
        assert_true(strchr("DOSI", fact.tag) && !bad_source(fact.source));
}

static void every_assumed_behaviour_can_be_set(void **state)
{
    struct sim_fact fact;
    unsigned assumed = 0, lacking = 0;
    (void)state;
    for (size_t i = 0; sim_fact(i, &fact); i++) {
        if (fact.tag != 'I')
            continue;
        assumed++;
        if (!fact.setting || sim_setting_find(fact.setting, strlen(fact.setting)) < 0) {
            print_error("%s %s is assumed and names no setting\n", fact.group, fact.name);
            lacking++;
        }
    }
    assert_true(assumed > 40);
    assert_int_equal(lacking, 0);
}

static void every_assumed_setting_has_plausible_values_or_is_no_question(void **state)
{
    unsigned swept = 0, bad = 0;
    (void)state;
    for (unsigned i = 0; i < SIM_SETTING_COUNT; i++) {
        const struct sim_setting_info *info = sim_setting_info(i);
        const char *why = sim_setting_no_question(i);
        int32_t value;
        size_t count = 0;
        for (; sim_setting_plausible(i, count, &value); count++)
            if (value < info->minimum || value > info->maximum || value == info->initial) {
                print_error("%s: %ld is out of range or the default\n", info->name, (long)value);
                bad++;
            }
        swept += count > 0;
        if ((info->tag == 'I' && !why) != (count > 0) || (info->tag != 'I' && why)) {
            print_error("%s [%c]: %zu plausible values, %s; see sim/knowledge/plausible.h\n",
                        info->name, info->tag, count,
                        why ? why : "and it is no fault or surroundings");
            bad++;
        }
    }
    assert_int_equal(bad, 0);
    assert_true(swept > 60);
}

static void plausible_words_are_all_but_the_default(void **state)
{
    int32_t value = -1;
    (void)state;
    assert_true(sim_setting_plausible(SIM_SETTING_PDP_AGAIN, 0, &value) && value == 1);
    assert_true(sim_setting_plausible(SIM_SETTING_PDP_AGAIN, 1, &value) && value == 2);
    assert_false(sim_setting_plausible(SIM_SETTING_PDP_AGAIN, 2, &value));
    assert_true(sim_setting_plausible(SIM_SETTING_SMS_INDICATION, 0, &value) && value == 0);
    assert_false(sim_setting_plausible(SIM_SETTING_SMS_INDICATION, 1, &value));
    assert_true(sim_setting_plausible(SIM_SETTING_CFOTA_SUPPLY, 0, &value) && value == 3500);
    assert_false(sim_setting_plausible(SIM_SETTING_CFOTA_SUPPLY, 1, &value));
    assert_false(sim_setting_plausible(SIM_SETTING_UPDATE_RESULT, 0, &value)); /* a fault */
    assert_false(sim_setting_plausible(SIM_SETTING_ANSWER_DELAY, 0, &value));  /* observed */
    assert_false(sim_setting_plausible(SIM_SETTING_COUNT, 0, &value));
}

/* What a comment calls assumed must be a setting as well; the legend of sim.h explains the tag. */
static void no_comment_of_the_source_assumes_without_a_setting(void **state)
{
    (void)state;
    static const char *const patterns[] = {"sim/*.c", "sim/*.h", "sim/*/*.c", "sim/*/*.h"};
    char line[300];
    unsigned files = 0, found = 0;
    for (unsigned i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        glob_t paths = {0};
        if (glob(patterns[i], 0, NULL, &paths) != 0)
            fail_msg("%s: no file; run this from the root of the repository", patterns[i]);
        for (size_t at = 0; at < paths.gl_pathc; at++, files++) {
            if (strstr(paths.gl_pathv[at], "/test/"))
                continue;
            FILE *file = fopen(paths.gl_pathv[at], "r");
            assert_non_null(file);
            for (unsigned number = 1; fgets(line, sizeof line, file); number++) {
                bool legend = strstr(line, "assumed (I)") || strstr(line, "inferred (I)");
                if ((!strstr(line, "(I)") && !strstr(line, "(I:")) || legend)
                    continue;
                print_error("%s:%u: assumed; make it a setting\n", paths.gl_pathv[at], number);
                found++;
            }
            fclose(file);
        }
        globfree(&paths);
    }
    assert_true(files > 80);
    assert_int_equal(found, 0);
}

static void every_setting_says_what_it_does(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SIM_SETTING_COUNT; i++) {
        const struct sim_setting_info *info = sim_setting_info(i);
        if (!strchr("DOSI", info->tag) || !info->source || !*info->source || !info->summary ||
            strlen(info->summary) < 8)
            fail_msg("setting %s lacks its tag, source or summary", info->name);
    }
}

static void forms_of_sources_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *source;
        bool good;
    } rows[] = {
        {"T08", true},
        {"Q5", true},
        {"Q-F1", true},
        {"AT106 2.2.19, 20.1", true},
        {"AT106", false},
        {"AT106 x", false},
        {"FOTA100, FOTA101", true},
        {"botletics issue 16", true},
        {"sim7000-at 5.1", true},
        {"somebody said so", false},
        {"20.1", false},
        {"T", false},
        {"design", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if ((bad_source(rows[i].source) == NULL) != rows[i].good)
            fail_msg("'%s' is taken for %s", rows[i].source, rows[i].good ? "bad" : "good");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fact_has_a_tag_and_a_source_that_can_be_looked_up),
        cmocka_unit_test(every_assumed_behaviour_can_be_set),
        cmocka_unit_test(every_assumed_setting_has_plausible_values_or_is_no_question),
        cmocka_unit_test(plausible_words_are_all_but_the_default),
        cmocka_unit_test(no_comment_of_the_source_assumes_without_a_setting),
        cmocka_unit_test(every_setting_says_what_it_does),
        cmocka_unit_test(forms_of_sources_are_told_apart),
    };
    return cmocka_run_group_tests_name("evidence", tests, NULL, NULL);
}
