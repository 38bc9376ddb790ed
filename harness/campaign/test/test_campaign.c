/*
 * Campaigns: the same is told in the same order by any number of processes; one that dies costs its
 * case alone, and so does one that takes too long; what is carried between them arrives.
 */
#include "harness/campaign/campaign.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/campaign/carry.h"
#include "harness/campaign/pool.h"
#include "harness/ports/loop.h"

/* ---- a use that does what the number of its case says ---------------------------------------- */

enum { PASSES = 1, FAILS, DIES, HANGS };

struct context {
    const uint8_t *deeds; /* of each case */
    const struct campaign *campaign;
    unsigned slices_told;
    char told[512]; /* "0:pass 1:died ..." by what was concluded, in that order */
};

static bool start(void *context, unsigned worker, void **ret_own, char *reterr_text)
{
    (void)worker;
    (void)context;
    (void)reterr_text;
    *ret_own = NULL;
    return true;
}

static void finish(void *context, void *own)
{
    (void)context;
    (void)own;
}

static size_t index_of(const struct context *context, const struct campaign_case *planned)
{
    return (size_t)(planned - context->campaign->cases);
}

static bool work(void *context_memory, void *own, const struct campaign_case *planned,
                 unsigned slice, struct campaign_bytes *ret_bytes)
{
    const struct context *context = context_memory;
    uint8_t deed = context->deeds[index_of(context, planned)];
    (void)own;
    if (deed == DIES && slice == 0)
        raise(SIGKILL);
    while (deed == HANGS && !bench_signal())
        continue;
    campaign_put_number(ret_bytes, deed);
    campaign_put_number(ret_bytes, slice);
    return true;
}

static bool conclude(void *context_memory, const struct campaign_answers *answers, FILE *out,
                     struct report_case *ret_reported)
{
    struct context *context = context_memory;
    uint64_t deed = 0;
    (void)out;
    for (unsigned i = 0; i < answers->slice_count; i++) {
        struct campaign_reader reader = campaign_read(&answers->slices[i]);
        deed = campaign_take_number(&reader);
        assert_int_equal(campaign_take_number(&reader), i);
        assert_true(reader.at == reader.end && !reader.failed);
        context->slices_told++;
    }
    size_t length = strlen(context->told);
    snprintf(context->told + length, sizeof context->told - length, "%zu:%s ",
             index_of(context, answers->planned), deed == PASSES ? "pass" : "fail");
    *ret_reported = (struct report_case){.verdict = deed == PASSES ? REPORT_PASSED : REPORT_FAILED,
                                         .message = "it failed"};
    return true;
}

static const struct campaign_use use = {
    .slices = 3, .start = start, .finish = finish, .work = work, .conclude = conclude};

/* Plans so many cases and runs them; the campaign is the caller's to free. */
static void run(struct campaign *campaign, struct context *context, const uint8_t *deeds,
                size_t count, const struct campaign_options *options)
{
    static const struct scenario_case one = {.name = "case"};
    static const char *const tags[] = {NULL};
    static const struct scenario scenario = {
        .path = "a.yaml", .group = "a", .name = "a", .tags = tags, .case_count = 1};
    const struct campaign_token token = {.seed = 1};
    *context = (struct context){.deeds = deeds, .campaign = campaign};
    assert_true(campaign_begin(campaign, options));
    for (size_t i = 0; i < count; i++)
        assert_true(campaign_plan_one(campaign, &scenario, &one, &token));
    if (!campaign_run(campaign, &use, context))
        fail_msg("%s", campaign->error);
    assert_true(campaign_end(campaign));
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void a_case_of_a_later_round_is_found_without_planning_it(void **state)
{
    static const struct scenario_case one = {.name = "case"};
    static const char *const tags[] = {NULL};
    static const struct scenario scenario = {
        .path = "a.yaml", .group = "a", .name = "a", .tags = tags, .case_count = 1};
    const struct campaign_options options = {.repeat = 3};
    struct campaign planned, first;
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct campaign *campaign = i ? &first : &planned;
        assert_true(campaign_begin(campaign, &options));
        for (uint64_t seed = 1; seed <= 3; seed++) {
            const struct campaign_token token = {.seed = seed};
            assert_true(campaign_plan_one(campaign, &scenario, &one, &token));
        }
        campaign->cases[1].one = NULL; /* an invalid file, which no other round has */
    }
    for (int round = 0; round < 40; round++)
        assert_true(campaign_plan_round(&planned));
    assert_int_equal(planned.case_count, 3 + 40 * 2);
    assert_int_equal(first.case_count, 3);
    for (size_t i = 0; i < planned.case_count; i++) {
        const struct campaign_case found = campaign_case_of(&first, i);
        assert_int_equal(found.token.seed, planned.cases[i].token.seed);
        assert_ptr_equal(found.one, planned.cases[i].one);
    }
    assert_true(campaign_end(&planned));
    assert_true(campaign_end(&first));
    campaign_done(&planned);
    campaign_done(&first);
}

static void any_number_of_processes_tells_the_same(void **state)
{
    static const uint8_t deeds[9] = {PASSES, FAILS,  PASSES, PASSES, FAILS,
                                     PASSES, PASSES, PASSES, FAILS};
    (void)state;
    for (unsigned jobs = 1; jobs <= 5; jobs++) {
        struct campaign campaign;
        struct context context;
        run(&campaign, &context, deeds, 9, &(struct campaign_options){.jobs = jobs});
        assert_string_equal(context.told, "0:pass 1:fail 2:pass 3:pass 4:fail 5:pass 6:pass 7:pass "
                                          "8:fail ");
        assert_int_equal(context.slices_told, 27);
        assert_int_equal(report_count(campaign.report, REPORT_PASSED), 6);
        assert_int_equal(campaign_status(&campaign), CAMPAIGN_EXIT_FAILED);
        campaign_done(&campaign);
    }
}

static void a_process_that_dies_costs_its_case_alone(void **state)
{
    static const uint8_t deeds[7] = {PASSES, DIES, PASSES, PASSES, DIES, PASSES, PASSES};
    struct campaign campaign;
    struct context context;
    (void)state;
    run(&campaign, &context, deeds, 7, &(struct campaign_options){.jobs = 2});
    assert_string_equal(context.told, "0:pass 2:pass 3:pass 5:pass 6:pass ");
    struct report_case died = report_case_at(campaign.report, 4);
    assert_int_equal(died.verdict, REPORT_ERROR);
    assert_string_equal(died.message, "the process that ran it was ended by signal 9");
    assert_int_equal(campaign_status(&campaign), CAMPAIGN_EXIT_ENVIRONMENT);
    campaign_done(&campaign);
}

static const struct report_event events[] = {{.t_us = UINT64_MAX,
                                              .lane = REPORT_LANE_NETWORK,
                                              .kind = REPORT_EVENT_FAULT,
                                              .line = 7,
                                              .size = 9,
                                              .bytes = {"\0", 1},
                                              .text = "",
                                              .deadline_us = 3}};
static const struct report_reason reasons[] = {{"why", 8, 1}};

static void expect_timeline(const struct report_case *got)
{
    assert_true(got->events_left_out == 6 && got->event_count == 1 && got->reason_count == 1);
    assert_true(got->events[0].t_us == UINT64_MAX && got->events[0].lane == REPORT_LANE_NETWORK &&
                got->events[0].kind == REPORT_EVENT_FAULT && got->events[0].line == 7 &&
                got->events[0].size == 9 && got->events[0].deadline_us == 3);
    assert_true(got->events[0].bytes.size == 1 && got->events[0].text && !got->events[0].text[0]);
    assert_true(got->reasons[0].line == 8 && got->reasons[0].event == 1);
}

static void a_case_arrives_as_it_was_sent(void **state)
{
    static const struct report_exchange exchanges[] = {{7, REPORT_TO_HOST, {"\0\xff", 2}}};
    static const struct report_step steps[] = {{"a step", REPORT_FAILED, 1, 2}};
    static const char *const details[] = {"one", "two"};
    static const struct report_figure figures[] = {{"bytes", UINT64_MAX}};
    static const struct report_attachment attachments[] = {{"trace", "text/plain", "a/b"}};
    static const struct report_attempt attempts[] = {{REPORT_ERROR, NULL, 5}};
    const struct report_case sent = {.name = "name",
                                     .message = "",
                                     .sentence = "said",
                                     .events = events,
                                     .event_count = 1,
                                     .events_left_out = 6,
                                     .reasons = reasons,
                                     .reason_count = 1,
                                     .line = 3,
                                     .verdict = REPORT_FAILED,
                                     .kind = REPORT_KIND_RULE,
                                     .received = {"", 0},
                                     .are_bytes = true,
                                     .exchanges = exchanges,
                                     .exchange_count = 1,
                                     .steps = steps,
                                     .step_count = 1,
                                     .details = details,
                                     .detail_count = 2,
                                     .figures = figures,
                                     .figure_count = 1,
                                     .attachments = attachments,
                                     .attachment_count = 1,
                                     .attempts = attempts,
                                     .attempt_count = 1};
    struct campaign_bytes bytes = {0};
    struct report_case got;
    void *memory;
    (void)state;
    campaign_put_case(&bytes, &sent);
    struct campaign_reader reader = campaign_read(&bytes);
    assert_true(campaign_take_case(&reader, &got, &memory) && reader.at == reader.end);
    assert_true(!got.group && !got.expected.data && got.received.data && !got.received.size);
    assert_string_equal(got.name, "name");
    assert_string_equal(got.message, "");
    assert_int_equal(got.kind, REPORT_KIND_RULE);
    assert_int_equal(got.exchanges[0].bytes.size, 2);
    assert_memory_equal(got.exchanges[0].bytes.data, "\0\xff", 2);
    assert_string_equal(got.steps[0].name, "a step");
    assert_string_equal(got.details[1], "two");
    assert_true(got.figures[0].value == UINT64_MAX && !got.attempts[0].message);
    assert_string_equal(got.attachments[0].path, "a/b");
    assert_string_equal(got.sentence, "said");
    expect_timeline(&got);
    free(memory);
    /* Cut anywhere it is refused, and nothing behind its end is read. */
    for (size_t size = 0; size < bytes.size; size++) {
        reader = (struct campaign_reader){.at = bytes.data, .end = bytes.data + size};
        assert_false(campaign_take_case(&reader, &got, &memory));
        assert_null(memory);
    }
    campaign_bytes_done(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_case_of_a_later_round_is_found_without_planning_it),
        cmocka_unit_test(any_number_of_processes_tells_the_same),
        cmocka_unit_test(a_process_that_dies_costs_its_case_alone),
        cmocka_unit_test(a_case_arrives_as_it_was_sent),
    };
    return cmocka_run_group_tests_name("campaign", tests, NULL, NULL);
}
