/* test_fota_verdict.c - the decision table: URC x status x revision, rows and rules over all of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/fota_internal.h"
#include "core/test/support.h"

#define UNREAD 255 /* as status */
#define BASE   "1351B03SIM7000C"
#define TARGET "1351B04SIM7000C"
#define THIRD  "1529B04SIM7000G"

static const char *const claims[] = {"nothing", "joined",  "error",  "refused",
                                     "began",   "failure", "success"};
static const char *const revisions[] = {"", BASE, TARGET, THIRD};

/* What came of one combination. */
struct ruling {
    uint8_t step, outcome, reason;
};

static struct ruling rule(unsigned claim, unsigned status, const char *revision, bool over,
                          unsigned attempts)
{
    static struct fota fota;
    struct fota_job job = {.from_revision = BASE, .to_revision = TARGET};
    struct fota_host host = {&job, NULL, NULL};
    struct fota_call call;
    memset(&fota, 0, sizeof fota);
    fota_begin_call(&call, &fota, &host, FOTA_CAUSE_LINE, UINT64_C(5000000000));
    at_init(&fota.at);
    fota.state = FOTA_STATE_VERDICT;
    fota.begun = fota.contact = true;
    fota.claim = (uint8_t)claim;
    fota.status_read = status != UNREAD;
    fota.result.status = (uint8_t)status;
    fota.attempts = (uint8_t)attempts;
    fota.revision_read = revision[0] != '\0';
    memcpy(fota.result.revision, revision, strlen(revision) + 1);
    fota.worst_case_at_us = over ? call.now_us : call.now_us + 1;
    uint8_t step = fota_judge_verdict(&call, AT_RESULT_NONE);
    if (step == STEP_VERDICT_AGAIN) /* the second look shows the same */
        step = fota_judge_verdict(&call, AT_RESULT_NONE);
    if (step == STEP_HEALTH) {
        uint8_t next = fota_conclude_verdict(&call, FOTA_REASON_NONE);
        bool good = fota.outcome == FOTA_OUTCOME_UPDATED;
        step = good ? step : next;
        fota.outcome = good ? FOTA_OUTCOME_NONE : fota.outcome;
    }
    struct ruling ruling = {step, fota.outcome, fota.reason};
    return ruling;
}

struct row {
    const char *name;
    uint8_t claim, status;
    const char *revision;
    bool over;
    uint8_t attempts, step, outcome, reason;
};

#define GOES(to)    .step = STEP_##to
#define ENDS(o, r)  .outcome = FOTA_OUTCOME_##o, .reason = FOTA_REASON_##r
#define SAYS(words) .claim = CLAIM_##words

static const struct row rows[] = {
    {"all three agree", SAYS(SUCCESS), 6, TARGET, .attempts = 1, GOES(HEALTH)},
    {"URC lost", SAYS(NONE), 6, TARGET, .attempts = 1, GOES(HEALTH)},
    {"status 8 and target", SAYS(BEGAN), 8, TARGET, .attempts = 1, GOES(HEALTH)},
    {"status unread and target", SAYS(SUCCESS), UNREAD, TARGET, .attempts = 1, GOES(HEALTH)},
    {"status 0 and target", SAYS(SUCCESS), 0, TARGET, .attempts = 1, GOES(HEALTH)},
    {"failure claimed, status 8, target", SAYS(FAILURE), 8, TARGET, .attempts = 1,
     ENDS(DEGRADED, MODULE_SAYS_FAILED)},
    {"failure claimed, status 6, target", SAYS(FAILURE), 6, TARGET, .attempts = 1, GOES(HEALTH)},
    {"success claimed, status 7, base", SAYS(SUCCESS), 7, BASE, .attempts = 1,
     ENDS(UPDATE_FAILED, MODULE_SAYS_FAILED)},
    {"success claimed, status 8, base", SAYS(SUCCESS), 8, BASE, .attempts = 1,
     ENDS(UPDATE_FAILED, UNCHANGED)},
    {"status 6, base", SAYS(NONE), 6, BASE, .attempts = 1, ENDS(UPDATE_FAILED, UNCHANGED)},
    {"failure and status 3, base", SAYS(FAILURE), 3, BASE, .attempts = 1,
     ENDS(UPDATE_FAILED, MODULE_SAYS_FAILED)},
    {"status 3 without a word, base", SAYS(NONE), 3, BASE, .attempts = 1, GOES(UPDATING)},
    {"status 3 too long", SAYS(NONE), 3, BASE, true, 1, ENDS(UPDATE_FAILED, MODULE_SAYS_FAILED)},
    {"status 3 of another job too long", SAYS(JOINED), 3, BASE, true, 0,
     ENDS(NEEDS_SERVICE, STUCK)},
    {"status 4 too long", SAYS(NONE), 4, BASE, true, 1, ENDS(NEEDS_SERVICE, STUCK)},
    {"status 1 after success", SAYS(SUCCESS), 1, TARGET, .attempts = 1, GOES(AWAIT_BOOT)},
    {"status 1 too long, target", SAYS(SUCCESS), 1, TARGET, true, 1, ENDS(DEGRADED, STUCK)},
    {"nothing began", SAYS(NONE), 8, BASE, .attempts = 1, GOES(VERIFY_OPEN)},
    {"nothing began twice", SAYS(NONE), 8, BASE, .attempts = 2, ENDS(UPDATE_FAILED, NEVER_BEGAN)},
    {"joined, nothing runs", SAYS(NONE), 8, BASE, GOES(DECIDE)},
    {"failure claimed of an update of nobody", SAYS(FAILURE), 8, BASE, GOES(DECIDE)},
    {"failure claimed of an update of nobody, target", SAYS(FAILURE), 8, TARGET,
     ENDS(DEGRADED, MODULE_SAYS_FAILED)},
    {"failure of nobody told by the status", SAYS(FAILURE), 7, BASE,
     ENDS(UPDATE_FAILED, MODULE_SAYS_FAILED)},
    {"status unread, base", SAYS(NONE), UNREAD, BASE, .attempts = 1,
     ENDS(UPDATE_FAILED, NEVER_BEGAN)},
    {"updater interrupted", SAYS(BEGAN), 8, BASE, .attempts = 1, ENDS(UPDATE_FAILED, INTERRUPTED)},
    {"start refused", SAYS(REFUSED), 8, BASE, .attempts = 1, GOES(VERIFY_OPEN)},
    {"start refused twice", SAYS(REFUSED), 8, BASE, .attempts = 2, ENDS(REFUSED, START_REFUSED)},
    {"start refused but it runs", SAYS(REFUSED), 1, BASE, .attempts = 1, GOES(UPDATING)},
    {"start answered error", SAYS(ERROR), 8, BASE, .attempts = 1, GOES(VERIFY_OPEN)},
    {"start answered error twice", SAYS(ERROR), 8, BASE, .attempts = 2,
     ENDS(REFUSED, START_REFUSED)},
    {"third revision", SAYS(SUCCESS), 6, THIRD, .attempts = 1, ENDS(NEEDS_SERVICE, THIRD_REVISION)},
    {"no revision", SAYS(SUCCESS), 6, "", .attempts = 1, GOES(AWAIT_BOOT)},
    {"no revision too long", SAYS(SUCCESS), 6, "", true, 1, ENDS(NEEDS_SERVICE, SILENT)},
};

static void rules(void **state)
{
    const struct row *row = *state;
    struct ruling got = rule(row->claim, row->status, row->revision, row->over, row->attempts);
    bool wrong_step = row->step != 0 && got.step != row->step;
    if (wrong_step || got.outcome != row->outcome || got.reason != row->reason)
        fail_msg("want step %u %s/%s, got step %u %s/%s", row->step,
                 fota_outcome_name(row->outcome), fota_reason_name(row->reason), got.step,
                 fota_outcome_name(got.outcome), fota_reason_name(got.reason));
}

/* ---- rules over all combinations ----------------------------------------------------------- */

static bool unfinished(unsigned status)
{
    return status >= 1 && status <= 5;
}

static void check_rules(unsigned claim, unsigned status, unsigned revision, bool over)
{
    const char *running = revisions[revision];
    struct ruling got = rule(claim, status, running, over, 1);
    bool target = strcmp(running, TARGET) == 0, base = strcmp(running, BASE) == 0;
    bool waits = got.step == STEP_UPDATING || got.step == STEP_AWAIT_BOOT;
    bool again = got.step == STEP_VERIFY_OPEN;
    bool good = got.step == STEP_HEALTH;
    const char *broken =
        got.outcome == FOTA_OUTCOME_UPDATED                     ? "said updated without health"
        : good && !target                                       ? "health of another revision"
        : good && (unfinished(status) || status == 7)           ? "good against the status"
        : again && (!base || unfinished(status) || status == 7) ? "new attempt without evidence"
        : again && (status == 6 || status == UNREAD)            ? "new attempt without evidence"
        : waits && over                                         ? "waits beyond the worst time"
        : got.outcome == FOTA_OUTCOME_DEGRADED && !target       ? "degraded without the target"
        : got.outcome == FOTA_OUTCOME_UPDATE_FAILED && !base    ? "failed without the base"
        : got.outcome == FOTA_OUTCOME_REFUSED && !base          ? "refused without the base"
        : !good && !again && !waits && got.outcome == 0         ? "nothing was concluded"
                                                                : NULL;
    if (broken != NULL)
        fail_msg("%s: claim %s, status %u, revision '%s'%s", broken, claims[claim], status, running,
                 over ? ", worst time over" : "");
}

static void no_combination_breaks_a_rule(void **state)
{
    static const uint8_t statuses[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 100, UNREAD};
    (void)state;
    for (unsigned claim = 0; claim < COUNT_OF(claims); claim++)
        for (unsigned status = 0; status < COUNT_OF(statuses); status++)
            for (unsigned revision = 0; revision < COUNT_OF(revisions); revision++)
                for (unsigned over = 0; over < 2; over++)
                    check_rules(claim, statuses[status], revision, over != 0);
}

/* One damaged line is no verdict: what is read next decides. */
static void a_bad_verdict_that_is_read_once_is_no_verdict(void **state)
{
    static struct fota fota;
    struct fota_job job = {.from_revision = BASE, .to_revision = TARGET};
    struct fota_host host = {&job, NULL, NULL};
    struct fota_call call;
    (void)state;
    memset(&fota, 0, sizeof fota);
    fota_begin_call(&call, &fota, &host, FOTA_CAUSE_LINE, 0);
    fota.state = FOTA_STATE_VERDICT;
    fota.begun = fota.status_read = fota.revision_read = true;
    fota.claim = CLAIM_SUCCESS;
    memcpy(fota.result.revision, TARGET, sizeof TARGET);
    fota.result.status = 7;
    assert_int_equal(fota_judge_verdict(&call, AT_RESULT_NONE), STEP_VERDICT_AGAIN);
    fota.result.status = 6;
    assert_int_equal(fota_judge_verdict(&call, AT_RESULT_NONE), STEP_HEALTH);
}

static void an_unfinished_status_is_waited_for(void **state)
{
    (void)state;
    for (unsigned claim = 0; claim < COUNT_OF(claims); claim++)
        for (unsigned status = 1; status <= 5; status++) {
            bool told = claim == CLAIM_FAILURE && (status == 3 || status == 5);
            struct ruling got = rule(claim, status, BASE, false, 1);
            bool waits = got.step == STEP_UPDATING || got.step == STEP_AWAIT_BOOT;
            if (waits == told)
                fail_msg("claim %s, status %u", claims[claim], status);
        }
}

/* ---- the table of verdict.md ---------------------------------------------------------------- */

#define LINE_BYTES 600

static const struct {
    const char *name;
    uint8_t status;
} shown_statuses[] = {{"unread", UNREAD}, {"8, other", 8}, {"1, 2, 4", 1},
                      {"3, 5", 3},        {"6", 6},        {"7", 7}};
static const char *const shown_revisions[] = {"unread", "base", "target", "third"};

/* What comes of a combination: before and after the module's worst time, or attempts, are over. */
static void append_cell(char *line, unsigned claim, unsigned status, const char *revision)
{
    struct ruling now = rule(claim, status, revision, false, 1);
    struct ruling late = rule(claim, status, revision, true, 2);
    bool waits = now.step == STEP_UPDATING || now.step == STEP_AWAIT_BOOT;
    bool good = late.step == STEP_HEALTH;
    size_t used = strlen(line);
    snprintf(line + used, LINE_BYTES - used, " %s%s%s%s |",
             waits                          ? "wait, "
             : now.step == STEP_VERIFY_OPEN ? "again, "
                                            : "",
             good ? "health" : fota_outcome_name(late.outcome), good ? "" : "/",
             good ? "" : fota_reason_name(late.reason));
}

static void write_line(char *line, unsigned status, unsigned revision)
{
    snprintf(line, LINE_BYTES, "| %s | %s |", shown_statuses[status].name,
             shown_revisions[revision]);
    for (unsigned claim = 0; claim < COUNT_OF(claims); claim++)
        append_cell(line, claim, shown_statuses[status].status, revisions[revision]);
}

static void verdict_md_shows_every_cell(void **state)
{
    static char text[32768], line[LINE_BYTES];
    FILE *file = fopen("core/verdict.md", "r");
    (void)state;
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    for (unsigned status = 0; status < COUNT_OF(shown_statuses); status++)
        for (unsigned revision = 0; revision < COUNT_OF(shown_revisions); revision++) {
            write_line(line, status, revision);
            if (strstr(text, line) == NULL)
                fail_msg("core/verdict.md lacks the line\n%s", line);
        }
}

#define COUNT COUNT_OF(rows)

int main(void)
{
    static struct CMUnitTest tests[COUNT + 4];
    for (size_t i = 0; i < COUNT; i++)
        tests[i] = (struct CMUnitTest){test_name(rows[i].name, ""), rules, NULL, NULL,
                                       (void *)(uintptr_t)&rows[i]};
    tests[COUNT] = (struct CMUnitTest)cmocka_unit_test(no_combination_breaks_a_rule);
    tests[COUNT + 1] = (struct CMUnitTest)cmocka_unit_test(an_unfinished_status_is_waited_for);
    tests[COUNT + 2] = (struct CMUnitTest)cmocka_unit_test(verdict_md_shows_every_cell);
    tests[COUNT + 3] =
        (struct CMUnitTest)cmocka_unit_test(a_bad_verdict_that_is_read_once_is_no_verdict);
    return cmocka_run_group_tests_name("fota_verdict", tests, NULL, NULL);
}
