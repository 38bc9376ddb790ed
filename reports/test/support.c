/* support.c - see support.h. */
#include "reports/test/support.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STARTED_MS UINT64_C(1795352701000) /* 2026-11-22T13:05:01Z */

static const char broken[] = "\xC0\xAF \xE0\x80\x80 \xED\xA0\x80 \xEF\xBF\xBE \xEF\xBF\xBF "
                             "\xF4\x90\x80\x80 \xC3 \xE2\x82 ]]> <![CDATA[ &amp; \xC2\x85";

static char *hostile_memory(void)
{
    static char memory[256 + sizeof broken];
    for (int i = 0; i < 256; i++)
        memory[i] = (char)i;
    memcpy(memory + 256, broken, sizeof broken);
    return memory;
}

struct report_bytes support_hostile_bytes(void)
{
    return (struct report_bytes){hostile_memory(), 256 + sizeof broken - 1};
}

const char *support_hostile_text(void)
{
    return hostile_memory() + 1;
}

/* What the next runs report to, and what their cases were told as. */
static int (*next_open)(struct report_run *run, const char *path, struct report_error *error);
static const char *next_path;
static struct report_case told[SUPPORT_CASES_MAX];
static size_t told_count;

static struct report_run *new_run(const struct report_run_info *info)
{
    struct report_run *run = report_run_new(info);
    struct report_error error;
    assert_non_null(run);
    told_count = 0;
    if (next_open && next_open(run, next_path, &error) != 0)
        fail_msg("%s", error.message);
    return run;
}

struct report_run *support_report(struct report_run *(*make)(void),
                                  int (*open)(struct report_run *, const char *,
                                              struct report_error *),
                                  const char *path)
{
    struct report_error error;
    next_open = open;
    next_path = path;
    struct report_run *run = make();
    next_open = NULL;
    if (report_close(run, &error) != 0)
        fail_msg("%s", error.message);
    return run;
}

const struct report_case *support_told(size_t index)
{
    assert_true(index < told_count);
    return &told[index];
}

size_t support_told_count(void)
{
    return told_count;
}

/* Adds a case and keeps it; what it points to must stay. */
static void add(struct report_run *run, const struct report_case *c)
{
    assert_true(told_count < SUPPORT_CASES_MAX);
    told[told_count++] = *c;
    assert_int_equal(0, report_add_case(run, c));
}

struct report_run *support_empty_run(void)
{
    return new_run(&(struct report_run_info){.started_at_ms = STARTED_MS});
}

static const struct report_exchange failed_exchanges[] = {
    {13002000, REPORT_TO_MODULE, {"AT+CFOTA?\r", 10}},
    {13013500, REPORT_NOTE, {"power cut", 9}},
    {13014000, REPORT_TO_HOST, {"\r\nERROR\r\n", 9}},
};

static const struct report_beside failed_besides[] = {
    {true, 12000000, 12000000, "AT -> OK", "AT -> OK"},
    {false, 13002000, 13004000, "AT+CFOTA? -> ERROR", "AT+CFOTA? -> +CFOTA: 6; OK"},
    {false, 0, 14000000, NULL, "AT+CFSTERM -> OK"},
};

static void add_failure(struct report_run *run)
{
    static const struct report_step steps[] = {
        {"download", REPORT_PASSED, 1000, 5000000},
        {"verdict", REPORT_FAILED, 13002000, 12000},
    };
    static const char *const details[] = {"state    : verdict"};
    static const struct report_figure figures[] = {{"commands", 44}, {"sent-bytes", 812}};
    static const struct report_attachment attachments[] = {
        {"wire trace", "application/x-ndjson", "restore/trace.jsonl"}};
    static const struct report_event events[] = {
        {.lane = REPORT_LANE_HOST, .kind = REPORT_EVENT_STATE, .text = "verdict"},
        {.t_us = 13002000,
         .lane = REPORT_LANE_HOST,
         .kind = REPORT_EVENT_SENT,
         .bytes = {"AT+CFOTA?\r", 10},
         .deadline_us = 18002000},
        {.t_us = 13013500, .kind = REPORT_EVENT_FAULT, .text = "power: cut", .line = 17},
        {.t_us = 13014000,
         .lane = REPORT_LANE_MODULE,
         .kind = REPORT_EVENT_ANSWER,
         .bytes = {"\r\nERROR\r\n", 9}},
    };
    static const struct report_reason reasons[] = {
        {"the module had said 'ERROR'", 0, 4},
        {"the scenario did at 13.013 s: power: cut", 17, 3},
    };
    add(run, &(struct report_case){.group = "power",
                                   .name = "cut while restoring [percent=37%]",
                                   .title = "power is cut while the modem image is restored",
                                   .why = "The restore phase must go on by itself.",
                                   .file = "scenarios/power/restore.yaml",
                                   .line = 24,
                                   .verdict = REPORT_FAILED,
                                   .kind = REPORT_KIND_EXPECTATION,
                                   .message = "status is \"7\", expected 6 <by AT&F>",
                                   .expected = {"+CFOTA: 6", 9},
                                   .received = {"+CFOTA: 7", 9},
                                   .are_bytes = true,
                                   .place = "scenarios/power/restore.yaml:24: status: 6",
                                   .exchanges = failed_exchanges,
                                   .exchange_count = 3,
                                   .events = events,
                                   .event_count = 4,
                                   .reasons = reasons,
                                   .reason_count = 2,
                                   .besides = failed_besides,
                                   .beside_count = 3,
                                   .besides_left_out = 1234,
                                   .former = "yesterday/restore.jsonl",
                                   .steps = steps,
                                   .step_count = 2,
                                   .details = details,
                                   .detail_count = 1,
                                   .figures = figures,
                                   .figure_count = 2,
                                   .attachments = attachments,
                                   .attachment_count = 1,
                                   .repeat = "fotarig run --seed 7 scenarios/power/restore.yaml",
                                   .started_at_ms = STARTED_MS + 400,
                                   .wall_us = 1500,
                                   .virtual_us = UINT64_C(412300000)});
}

struct report_run *support_mixed_run(void)
{
    static const struct report_property properties[] = {{"module.variant", "SIM7000C"},
                                                        {"empty", ""}};
    struct report_run *run = new_run(&(struct report_run_info){.name = "bundled",
                                                               .tool_version = "0.1.0",
                                                               .command = "fotarig run scenarios",
                                                               .host = "bench-1",
                                                               .seed = UINT64_MAX,
                                                               .started_at_ms = STARTED_MS,
                                                               .properties = properties,
                                                               .property_count = 2});
    for (int i = 0; i < 3; i++) /* 0.4995 s each: rounded up, and the suite's sum with them */
        add(run,
            &(struct report_case){
                .group = "happy", .name = "update", .verdict = REPORT_PASSED, .wall_us = 499500});
    add_failure(run);
    add(run, &(struct report_case){.group = "power",
                                   .name = "hook",
                                   .verdict = REPORT_ERROR,
                                   .kind = REPORT_KIND_BENCH,
                                   .message = "power hook exited 3: relay board not found",
                                   .wall_us = 7500000});
    add(run, &(struct report_case){.group = "happy",
                                   .name = "real",
                                   .verdict = REPORT_SKIPPED,
                                   .message = "needs a power hook; rack2/slot4 has none"});
    assert_int_equal(0, report_plan_case(run, &(struct report_case){.name = "late"}, NULL));
    assert_int_equal(0, report_end(run, STARTED_MS + 12000, NULL));
    return run;
}

struct report_run *support_repeated_run(void)
{
    static const struct report_attempt attempts[] = {{REPORT_ERROR, "late by 700 ms", 2000000},
                                                     {REPORT_ERROR, "late by 600 ms", 4000000}};
    struct report_run *run = support_empty_run();
    add(run, &(struct report_case){.group = "happy",
                                   .name = "update",
                                   .verdict = REPORT_PASSED,
                                   .attempts = attempts,
                                   .attempt_count = 2,
                                   .wall_us = 8000000});
    assert_int_equal(0, report_end(run, STARTED_MS + 14000, NULL));
    return run;
}

struct report_run *support_stopped_run(void)
{
    struct report_run *run = support_empty_run();
    const char *const names[] = {"first", "second", "third"};
    size_t first = 99, index;
    for (int i = 0; i < 3; i++)
        assert_int_equal(
            0, report_plan_case(run,
                                &(struct report_case){
                                    .group = "a", .name = names[i], .file = "a.yaml", .line = 3},
                                i ? &index : &first));
    assert_int_equal(
        0, report_finish_case(run, first,
                              &(struct report_case){.verdict = REPORT_PASSED, .wall_us = 1000}));
    assert_int_equal(0, report_end(run, STARTED_MS + 5, "stopped by SIGTERM"));
    return run;
}

static void add_hostile(struct report_run *run, enum report_verdict verdict)
{
    static const char *text;
    static struct report_exchange exchanges[2];
    static struct report_step step;
    static struct report_attachment attachment;
    static struct report_attempt attempt;
    static struct report_event events[2 * REPORT_EVENT_COUNT];
    static struct report_reason reasons[2];
    static struct report_beside besides[2];
    struct report_bytes bytes = support_hostile_bytes();
    text = support_hostile_text();
    for (unsigned i = 0; i < REPORT_EVENT_COUNT; i++) {
        events[2 * i] = (struct report_event){.t_us = i * 1000000,
                                              .lane = (enum report_lane)(i % REPORT_LANE_COUNT),
                                              .kind = (enum report_event_kind)i,
                                              .text = text};
        events[2 * i + 1] = events[2 * i];
        events[2 * i + 1].bytes = bytes;
    }
    reasons[0] = (struct report_reason){.text = text, .line = 1, .event = 1};
    reasons[1] = (struct report_reason){.text = text};
    besides[0] = (struct report_beside){.same = true, .now = text, .former = text};
    besides[1] = (struct report_beside){.now = text, .former = text};
    exchanges[0] = (struct report_exchange){1, REPORT_TO_HOST, bytes};
    exchanges[1] = (struct report_exchange){2, REPORT_NOTE, bytes};
    step = (struct report_step){.name = text, .status = verdict};
    attachment = (struct report_attachment){text, text, text};
    attempt = (struct report_attempt){REPORT_ERROR, text, 1};
    add(run, &(struct report_case){.group = text,
                                   .name = text,
                                   .id = text,
                                   .title = text,
                                   .why = text,
                                   .file = text,
                                   .line = 1,
                                   .verdict = verdict,
                                   .kind = REPORT_KIND_RULE,
                                   .message = text,
                                   .sentence = text,
                                   .events = events,
                                   .event_count = 2 * REPORT_EVENT_COUNT,
                                   .reasons = reasons,
                                   .reason_count = 2,
                                   .besides = besides,
                                   .beside_count = 2,
                                   .former = text,
                                   .expected = bytes,
                                   .received = {(const char *)bytes.data + 1, bytes.size - 1},
                                   .are_bytes = true,
                                   .place = text,
                                   .exchanges = exchanges,
                                   .exchange_count = 2,
                                   .steps = &step,
                                   .step_count = 1,
                                   .details = &text,
                                   .detail_count = 1,
                                   .attachments = &attachment,
                                   .attachment_count = 1,
                                   .attempts = &attempt,
                                   .attempt_count = 1,
                                   .repeat = text});
}

struct report_run *support_hostile_run(void)
{
    const char *text = support_hostile_text();
    const struct report_property properties[] = {{text, text}, {"seed", "twice"}};
    struct report_run *run = new_run(&(struct report_run_info){.name = text,
                                                               .tool = text,
                                                               .tool_version = text,
                                                               .command = text,
                                                               .host = text,
                                                               .properties = properties,
                                                               .property_count = 2});
    for (int verdict = 0; verdict < REPORT_VERDICT_COUNT; verdict++)
        add_hostile(run, (enum report_verdict)verdict);
    assert_int_equal(0, report_end(run, 0, text));
    return run;
}

const struct support_row support_rows[SUPPORT_ROWS] = {
    {"mixed", support_mixed_run},
    {"hostile", support_hostile_run},
    {"empty", support_empty_run},
    {"stopped", support_stopped_run},
};

/* ---- files --------------------------------------------------------------------------------- */

static char *join(const char *folder, const char *name)
{
    size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);
    assert_non_null(path);
    snprintf(path, size, "%s/%s", folder, name);
    return path;
}

char *support_path(const char *name)
{
    const char *kept = getenv("REPORT_TEST_DIR");
    if (kept)
        return join(kept, name);
    const char *temporary = getenv("TMPDIR");
    char *folder = join(temporary ? temporary : "/tmp", "fotarig-report-XXXXXX");
    assert_non_null(mkdtemp(folder));
    char *path = join(folder, name);
    free(folder);
    return path;
}

/* What stands beside a page. */
static void remove_beside(const char *path)
{
    static const char *const names[] = {"report.css", "report.js"};
    size_t length = strlen(path);
    if (length < 5 || strcmp(path + length - 5, ".html") != 0)
        return;
    for (size_t i = 0; i < 2; i++) {
        char other[1024];
        snprintf(other, sizeof other, "%.*s/%s", (int)(strrchr(path, '/') - path), path, names[i]);
        assert_int_equal(0, remove(other));
    }
}

void support_remove(char *path)
{
    if (!getenv("REPORT_TEST_DIR")) {
        remove_beside(path);
        remove(path);
        *strrchr(path, '/') = '\0';
        assert_int_equal(0, rmdir(path)); /* nothing else was left behind, no .tmp */
    }
    free(path);
}

enum { FILE_BYTES_MAX = 1 << 23 };

char *support_read(const char *path, size_t *ret_size)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *text = calloc(1, FILE_BYTES_MAX);
    assert_non_null(text);
    size_t size = fread(text, 1, FILE_BYTES_MAX, file);
    assert_true(size < FILE_BYTES_MAX);
    fclose(file);
    if (ret_size)
        *ret_size = size;
    return text;
}

char *support_report_text(struct report_run *(*make)(void),
                          int (*open)(struct report_run *, const char *, struct report_error *),
                          const char *name)
{
    char *path = support_path(name);
    report_run_free(support_report(make, open, path));
    char *text = support_read(path, NULL);
    support_remove(path);
    return text;
}

size_t support_count(const char *text, const char *part)
{
    size_t found = 0;
    for (const char *at = text; (at = strstr(at, part)); at += strlen(part))
        found++;
    return found;
}

void support_expect(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("it lacks: %s\n%s", part, text);
}
