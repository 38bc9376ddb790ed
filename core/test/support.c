/* support.c - a scripted module with virtual time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/test/support.h"

#define OK         "\r\nOK\r\n"
#define INFO(text) "\r\n" text "\r\n\r\nOK\r\n"
#define STEPS_MAX  200000
#define ANSWER_MS  20
#define SECONDS(n) ((n)*UINT64_C(1000000))

/* A module that does everything as documented. */
static const struct module_row default_rows[] = {
    {.command = "AT", .answer = OK},
    {.command = "ATE0V1Q0", .answer = OK},
    {.command = "AT+CMEE=1", .answer = OK},
    {.command = "AT+CGMM", .answer = INFO("SIMCOM_SIM7000C")},
    {.command = "AT+GMR", .answer = INFO("Revision:1351B03SIM7000C"), .when = WHEN_BEFORE},
    {.command = "AT+GMR", .answer = INFO("Revision:1351B04SIM7000C"), .when = WHEN_AFTER},
    {.command = "AT+CFOTA?", .answer = INFO("+CFOTA: 8"), .when = WHEN_BEFORE},
    {.command = "AT+CFOTA?", .answer = INFO("+CFOTA: 6"), .when = WHEN_AFTER},
    {.command = "AT+CBC", .answer = INFO("+CBC: 0,67,3875")},
    {.command = "AT+CFUN?", .answer = INFO("+CFUN: 1")},
    {.command = "AT+CPIN?", .answer = INFO("+CPIN: READY")},
    {.command = "AT+CEREG?", .answer = INFO("+CEREG: 0,1")},
    {.command = "AT+CNACT?", .answer = INFO("+CNACT: 0,\"0.0.0.0\""), .times = 1},
    {.command = "AT+CNACT?", .answer = INFO("+CNACT: 1,\"10.94.36.44\"")},
    {.command = "AT+CNACT=1,\"cmnet\"", .answer = OK, .later = {{490, "\r\n+APP PDP: ACTIVE\r\n"}}},
    {.command = "AT+CNACT=0", .answer = OK},
    {.command = "AT+CFSINIT", .answer = OK},
    {.command = "AT+CFSTERM", .answer = OK},
    {.command = "AT+CFSGFIS=1,\"update.zip\"", .answer = "\r\nERROR\r\n", .times = 1},
    {.command = "AT+CFSGFIS=1,\"update.zip\"", .answer = INFO("+CFSGFIS: 109285")},
    {.command = "AT+CFSRFILE=1,\"update.zip\",1,4,0",
     .answer = "\r\n+CFSRFILE: 4\r\nPK\3\4\r\nOK\r\n"},
    {.command = "AT+CFSGFRS?", .answer = INFO("+CFSGFRS: 22151168")},
    {.command = "AT+CFSDFILE=*", .answer = OK},
    {.command = "AT+HTTPTOFS=*", .answer = OK, .later = {{9000, "\r\n+HTTPTOFS: 200,109285\r\n"}}},
    {.command = "AT+HTTPTOFSRL?", .answer = INFO("+HTTPTOFSRL: 1,50000,109285")},
    {.command = "AT+CFOTA=1",
     .answer = OK,
     .later = {{8000, "\r\n+CFOTA: \"Start to update\"\r\n"},
               {8100, "\r\n+CFOTA: \"Updating\",0\r\n"},
               {40000, "\r\n+CFOTA: \"Updating\",50\r\n"},
               {90000, "\r\n+CFOTA: \"Update successfully, please wait for reset\"\r\n"},
               {97000, "\r\nRDY\r\n\r\n+CFUN: 1\r\n"},
               {98000, "\r\n+CPIN: READY\r\n"},
               {100000, "\r\nSMS Ready\r\n"}},
     .deaf_ms = 96900},
    {.command = "AT+CFOTA=0", .answer = OK},
    {.command = "AT+GSN", .answer = INFO("861234567890123")},
};

#define DEFAULT_ROWS (sizeof default_rows / sizeof default_rows[0])

/* ---- the module ---------------------------------------------------------------------------- */

void rig_say(struct rig *rig, uint32_t after_ms, const char *bytes)
{
    struct module *module = &rig->module;
    assert_true(module->pending_count < PENDING_MAX);
    module->pending[module->pending_count].at_us = rig->now_us + after_ms * UINT64_C(1000);
    module->pending[module->pending_count++].bytes = bytes;
}

static bool fits(const struct module_row *row, const char *line, bool started)
{
    size_t length = strlen(row->command);
    if ((row->when == WHEN_BEFORE && started) || (row->when == WHEN_AFTER && !started))
        return false;
    if (row->command[length - 1] == '*')
        return strncmp(row->command, line, length - 1) == 0;
    return strcmp(row->command, line) == 0;
}

static const struct module_row *find_row(struct module *module, const char *line)
{
    for (size_t i = 0; module->rows != NULL && module->rows[i].command != NULL; i++) {
        const struct module_row *row = &module->rows[i];
        if (fits(row, line, module->started) && (row->times == 0 || module->used[i] < row->times)) {
            module->used[i]++;
            return row;
        }
    }
    for (size_t i = 0; i < DEFAULT_ROWS; i++) {
        uint8_t *used = &module->used[31];
        const struct module_row *row = &default_rows[i];
        if (!fits(row, line, module->started))
            continue;
        /* Two default rows are used once: CNACT? is bit 0, CFSGFIS bit 1. */
        uint8_t bit = line[4] == 'N' ? 1 : 2;
        if (row->times != 0 && (*used & bit) != 0)
            continue;
        *used = (uint8_t)(row->times != 0 ? *used | bit : *used);
        return row;
    }
    return NULL;
}

/* ---- files --------------------------------------------------------------------------------- */

uint8_t package_byte(uint32_t offset)
{
    return (uint8_t)(offset * 7 + offset / 251);
}

/* "AT+CFSWFILE=1,"update.zip",<mode>,<size>,<ms>" */
static void begin_write(struct rig *rig, const char *line)
{
    struct module *module = &rig->module;
    const char *at = strstr(line, "\",") + 2;
    if (*at == '0')
        module->file_bytes = 0;
    module->whole_bytes = module->file_bytes;
    module->data_until_us = rig->now_us + strtoul(strrchr(line, ',') + 1, NULL, 10) * 1000;
    module->data_left = strtoul(at + 2, NULL, 10);
    module->chunks++;
    rig_say(rig, ANSWER_MS, "\r\nDOWNLOAD\r\n");
}

static size_t take_data(struct rig *rig, const char *bytes, size_t size)
{
    struct module *module = &rig->module;
    if (module->data_left > 0 && rig->now_us > module->data_until_us) {
        module->data_left = 0; /* an unfinished chunk is discarded (Q4) */
        module->file_bytes = module->whole_bytes;
    }
    unsigned wrong = 0;
    size_t taken = size < module->data_left ? size : module->data_left;
    for (size_t i = 0; i < taken; i++)
        wrong += (uint8_t)bytes[i] != package_byte(module->file_bytes++);
    module->data_left -= taken;
    module->wrong_bytes += wrong;
    if (taken > 0 && module->data_left == 0 && module->chunks != module->lose_ok_of)
        rig_say(rig, ANSWER_MS, OK);
    return taken;
}

static void say_size(struct rig *rig)
{
    struct module *module = &rig->module;
    snprintf(module->size_line, sizeof module->size_line, "\r\n+CFSGFIS: %u\r\n\r\nOK\r\n",
             (unsigned)module->file_bytes);
    rig_say(rig, ANSWER_MS, module->file_bytes != 0 ? module->size_line : "\r\nERROR\r\n");
}

/* Commands on the file, of a push only; returns whether it was one. */
static bool obey_file(struct rig *rig, const char *line)
{
    if (rig->job.delivery != FOTA_DELIVERY_PUSH)
        return false;
    if (strncmp(line, "AT+CFSWFILE=", 12) == 0)
        begin_write(rig, line);
    else if (strncmp(line, "AT+CFSGFIS=", 11) == 0)
        say_size(rig);
    else
        return false;
    return true;
}

static void note_sent(struct rig *rig, const char *line)
{
    int length = snprintf(rig->sent + rig->sent_length, SENT_MAX - rig->sent_length, "%s\n", line);
    if (rig->sent_length + (size_t)length >= SENT_MAX)
        fail_msg("more than %d bytes sent", SENT_MAX);
    rig->sent_length += (size_t)length;
}

static void obey(struct rig *rig, const char *line)
{
    struct module *module = &rig->module;
    const struct module_row *row = find_row(module, line);
    note_sent(rig, line);
    if (module->fail_every != 0 && ++module->obeyed % module->fail_every == 0) {
        if (module->fail_answer != NULL)
            rig_say(rig, ANSWER_MS, module->fail_answer);
        return;
    }
    bool usual = row == NULL || (row >= default_rows && row < default_rows + DEFAULT_ROWS);
    if (usual && obey_file(rig, line))
        return;
    if (strncmp(line, "ATE0", 4) == 0)
        module->echo = false;
    if (strcmp(line, "AT+CFOTA=1") == 0)
        module->started = true;
    if (row == NULL) {
        rig_say(rig, ANSWER_MS, "\r\nERROR\r\n");
        return;
    }
    if (row->answer != NULL)
        rig_say(rig, ANSWER_MS, row->answer);
    for (size_t i = 0; i < MODULE_LINES_MAX && row->later[i].bytes != NULL; i++)
        rig_say(rig, row->later[i].after_ms, row->later[i].bytes);
    if (row->deaf_ms != 0) {
        module->deaf_until_us = rig->now_us + row->deaf_ms * UINT64_C(1000);
        module->echo = true;
    }
}

static void turn(struct rig *rig)
{
    if (rig->on_turn != NULL)
        rig->on_turn(rig);
}

static void deliver(struct rig *rig, const char *bytes, size_t size)
{
    size_t piece = rig->byte_by_byte ? 1 : size;
    for (size_t i = 0; i < size; i += piece) {
        fota_receive(&rig->fota, &rig->host, bytes + i, piece, rig->now_us);
        turn(rig);
    }
}

static void take_bytes(struct rig *rig, const char *bytes, size_t size)
{
    struct module *module = &rig->module;
    if (module->mute || rig->now_us < module->deaf_until_us)
        return;
    size_t data = take_data(rig, bytes, size);
    bytes += data;
    size -= data;
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != '\r') {
            assert_true(module->line_length < sizeof module->line - 1);
            module->line[module->line_length++] = bytes[i];
            continue;
        }
        module->line[module->line_length] = '\0';
        module->line_length = 0;
        obey(rig, module->line);
    }
    if (module->echo)
        deliver(rig, bytes, size);
}

/* ---- the surroundings ---------------------------------------------------------------------- */

static void on_event(void *context, uint64_t now_us, const struct fota_event *event)
{
    struct rig *rig = context;
    (void)now_us;
    rig->outcomes += event->kind == FOTA_EVENT_OUTCOME;
    rig->attempts += event->kind == FOTA_EVENT_ATTEMPT;
    rig->remarks += event->kind == FOTA_EVENT_REMARK;
    if (event->kind != FOTA_EVENT_STATE)
        return;
    size_t length = strlen(rig->states);
    snprintf(rig->states + length, sizeof rig->states - length, "%s ", fota_state_name(event->b));
}

/* Gives fewer bytes than asked for now and then: any piece will do. */
static void give(struct rig *rig, const struct fota_request *request)
{
    uint8_t bytes[FOTA_PIECE_BYTES];
    size_t size = request->argument % 5 == 0 ? 1 : request->length;
    assert_true(request->length > 0 && request->length <= sizeof bytes);
    for (size_t i = 0; i < size; i++)
        bytes[i] = package_byte(request->argument + (uint32_t)i);
    if (rig->refused >> FOTA_REQUEST_GIVE_BYTES & 1u)
        size = 0;
    fota_give(&rig->fota, &rig->host, bytes, size, rig->now_us);
}

static void serve_requests(struct rig *rig)
{
    struct fota_request request;
    bool stopped = rig->stop_at_request != 0 && rig->requests >= rig->stop_at_request;
    while (!stopped && fota_request(&rig->fota, &request)) {
        if (request.kind == FOTA_REQUEST_GIVE_BYTES) {
            give(rig, &request);
            return;
        }
        bool done = (rig->refused >> request.kind & 1u) == 0;
        rig->requests++;
        rig->power_requests += request.kind == FOTA_REQUEST_POWER_CYCLE;
        if (done && request.kind == FOTA_REQUEST_SAVE_CHECKPOINT)
            memcpy(rig->checkpoint, request.checkpoint, sizeof rig->checkpoint);
        if (done && request.kind == FOTA_REQUEST_SET_BAUD &&
            request.argument == rig->module.baud_bps)
            rig->module.mute = false;
        if (rig->stop_at_request != 0 && rig->requests == rig->stop_at_request) {
            rig->stop_at_us = rig->now_us;
            return;
        }
        fota_answer(&rig->fota, &rig->host, done, rig->now_us);
    }
}

static size_t earliest(const struct module *module)
{
    size_t best = 0;
    for (size_t i = 1; i < module->pending_count; i++)
        if (module->pending[i].at_us < module->pending[best].at_us)
            best = i;
    return best;
}

static void deliver_pending(struct rig *rig)
{
    struct module *module = &rig->module;
    while (module->pending_count > 0) {
        size_t i = earliest(module);
        const char *bytes = module->pending[i].bytes;
        if (module->pending[i].at_us > rig->now_us)
            return;
        memmove(&module->pending[i], &module->pending[i + 1],
                (module->pending_count - i - 1) * sizeof module->pending[0]);
        module->pending_count--;
        deliver(rig, bytes, strlen(bytes));
    }
}

static void exchange(struct rig *rig)
{
    char bytes[64];
    size_t size;
    deliver_pending(rig);
    serve_requests(rig);
    while ((size = fota_transmit(&rig->fota, &rig->host, bytes, sizeof bytes, rig->now_us)) > 0) {
        if (rig->on_sent != NULL)
            rig->on_sent(rig, bytes, size);
        take_bytes(rig, bytes, size);
        serve_requests(rig);
    }
}

const struct fota_result *rig_run(struct rig *rig)
{
    for (int step = 0; step < STEPS_MAX; step++) {
        exchange(rig);
        uint64_t next = fota_advance(&rig->fota, &rig->host, rig->now_us);
        turn(rig);
        exchange(rig);
        if (fota_result(&rig->fota) != NULL)
            return fota_result(&rig->fota);
        if (rig->stop_at_us != 0 && rig->now_us >= rig->stop_at_us)
            return NULL;
        if (fota_advance(&rig->fota, &rig->host, rig->now_us) < next)
            next = fota_advance(&rig->fota, &rig->host, rig->now_us);
        if (rig->module.pending_count > 0 &&
            rig->module.pending[earliest(&rig->module)].at_us < next)
            next = rig->module.pending[earliest(&rig->module)].at_us;
        if (rig->stop_at_us != 0 && rig->stop_at_us < next)
            next = rig->stop_at_us;
        assert_true(next != FOTA_NEVER);
        assert_true(next >= rig->now_us && next < SECONDS(20000));
        rig->now_us = next;
    }
    fail_msg("no end; states: %s\ndialogue:\n%s", rig->states, rig->sent);
    return NULL;
}

void rig_begin(struct rig *rig, const struct module_row *rows)
{
    memset(rig, 0, sizeof *rig);
    rig->job = (struct fota_job){.from_revision = "1351B03SIM7000C",
                                 .to_revision = "1351B04SIM7000C",
                                 .model = "SIMCOM_SIM7000C",
                                 .url = "http://fota.example/V1___V2/update.zip",
                                 .apn = "cmnet",
                                 .package_size_bytes = 109285,
                                 .supply_min_mv = 3500};
    rig->host = (struct fota_host){&rig->job, on_event, rig};
    rig->module.rows = rows;
    rig->module.echo = true;
    fota_start(&rig->fota, &rig->host, NULL, 0);
}

unsigned rig_count_sent(const struct rig *rig, const char *line)
{
    unsigned count = 0;
    size_t length = strlen(line);
    const char *at = rig->sent;
    while (*at != '\0') {
        const char *end = strchr(at, '\n');
        count += (size_t)(end - at) == length && memcmp(at, line, length) == 0;
        at = end + 1;
    }
    return count;
}

void rig_expect(const struct rig *rig, const struct fota_result *result, unsigned outcome,
                unsigned reason)
{
    if (result == NULL)
        fail_msg("stopped; states: %s", rig->states);
    else if (result->outcome != outcome || result->reason != reason)
        fail_msg("want %s/%s, got %s/%s (evidence '%s')\nstates: %s\ndialogue:\n%s",
                 fota_outcome_name(outcome), fota_reason_name(reason),
                 fota_outcome_name(result->outcome), fota_reason_name(result->reason),
                 result->evidence, rig->states, rig->sent);
    assert_int_equal(rig->outcomes, 1);
}

const char *test_name(const char *text, const char *suffix)
{
    size_t size = strlen(text) + strlen(suffix) + 1;
    char *name = malloc(size);
    if (name == NULL)
        abort();
    snprintf(name, size, "%s%s", text, suffix);
    for (char *at = name; *at != '\0'; at++) {
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at - 'A' + 'a');
        else if (strchr("abcdefghijklmnopqrstuvwxyz0123456789_ .:-", *at) == NULL)
            *at = '-';
    }
    return name;
}
