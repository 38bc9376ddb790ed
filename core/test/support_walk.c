/* support_walk.c - the procedure under arbitrary lines and bytes, steps of time, answers,
 * cancelling and host resets; then silence until the end, which must come. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/test/support_situations.h"
#include "core/test/support_walk.h"

#define ADVANCES_MAX 100000u

walk_observer *walk_observed;

void walk_observe(const void *bytes, size_t size)
{
    if (walk_observed != NULL)
        walk_observed(bytes, size);
}

void walk_observe_number(uint64_t number)
{
    uint8_t bytes[8];
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(number >> 8 * i);
    walk_observe(bytes, sizeof bytes);
}

struct bench {
    const uint8_t *at;
    size_t left;
    uint64_t now_us;
    struct fota fota;
    struct fota_job job;
    struct fota_host host;
    struct watch watch;
    uint8_t checkpoint[FOTA_CHECKPOINT_BYTES];
    unsigned prompted; /* number of the command that was answered with a prompt */
};

static unsigned take(struct bench *bench)
{
    if (bench->left == 0)
        return 0;
    bench->left--;
    return *bench->at++;
}

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void on_event(void *context, uint64_t now_us, const struct fota_event *event)
{
    struct bench *bench = context;
    require(now_us == bench->now_us && event->text != NULL);
    walk_observe_number(now_us);
    walk_observe_number(event->kind | event->a << 8 | event->b << 16 |
                        (uint64_t)event->cause << 24);
    walk_observe(event->text, event->length);
    watch_event(&bench->watch, event);
}

static void receive(struct bench *bench, const void *bytes, size_t size)
{
    uint8_t *copy = malloc(size + 1);
    require(copy != NULL);
    memcpy(copy, bytes, size);
    fota_receive(&bench->fota, &bench->host, copy, size, bench->now_us);
    free(copy);
}

static void say(struct bench *bench, const char *line)
{
    receive(bench, "\r\n", 2);
    receive(bench, line, strlen(line));
    receive(bench, "\r\n", 2);
}

static void say_line(struct bench *bench)
{
    static const char *const lines[] = {
        "OK",
        "ERROR",
        "+CME ERROR: 3",
        "NO CARRIER",
        "RDY",
        "+CFUN: 1",
        "SMS Ready",
        "+APP PDP: ACTIVE",
        "+APP PDP: DEACTIVE",
        "+HTTPTOFS: 200,109285",
        "+HTTPTOFS: 601,0",
        "+HTTPTOFSRL: 0,109285,109285",
        "+CFOTA: \"Start to update\"",
        "+CFOTA: \"Updating\",50",
        "+CFOTA: \"Update successfully, please wait for reset\"",
        "+CFOTA: \"Update failed\"",
        "Revision:1351B04SIM7000C",
        "Revision:1351B09SIM7000C",
        "+CFOTA: 0",
        "+CFOTA: 1",
        "+CFOTA: 3",
        "+CFOTA: 6",
        "+CFOTA: 7",
        "+CFUN: 0",
        "+CPIN: SIM PIN",
        "+CNACT: 0,\"0.0.0.0\"",
        "+CFSGFIS: 1",
        "DOWNLOAD",
        "+CFSRFILE: 10240",
        "+CFSWFILE: 4",
        "+FTPEXTGETFILE: 1,0",
        "+FTPEXTGETFILE: 1,61",
        "+FTPGET: 1,77",
        "+FTPEXTGETFILE: 1,5",
        "+FTPEXTGETFILE: 1",
        "+HTTPTOFS: 99999,1",
        "+HTTPTOFS: 200",
        "+HTTPTOFS: 503,0",
        "+HTTPTOFSRL: 0,0,0",
        "+HTTPTOFSRL: 0,5,6",
        "+HTTPTOFSRL: 0",
        "+FTPEXTGET: 0,0,21000",
        "+FTPEXTGET: 1,500,21000",
        "+CFSGFIS: 21000",
        "+CFSGFIS: 300",
        "+CFSRFILE: 0",
        "+CFSRFILE: 99999",
    };
    say(bench, lines[take(bench) % COUNT_OF(lines)]);
}

static void say_number(struct bench *bench, const char *name, uint32_t number)
{
    char line[40];
    snprintf(line, sizeof line, "%s %u", name, (unsigned)number);
    say(bench, line);
}

static bool asks(const struct bench *bench, const char *command)
{
    return strncmp(bench->watch.command, command, strlen(command)) == 0;
}

/* AT+CFSRFILE=1,"update.zip",1,<count>,<offset> */
static void give_file(struct bench *bench)
{
    char bytes[10240];
    const char *count = strstr(bench->watch.command, "\",1,");
    unsigned long size = count != NULL ? strtoul(count + 4, NULL, 10) : 0;
    memset(bytes, 'P', sizeof bytes);
    say_number(bench, "+CFSRFILE:", (uint32_t)size);
    receive(bench, bytes, size < sizeof bytes ? size : sizeof bytes);
}

/* States of a download, good ones and such that say nothing. */
static const char *progress(const struct bench *bench, bool ftp)
{
    static const char *const http[] = {"+HTTPTOFSRL: 1,500,21000", "+HTTPTOFSRL: 0,21000,21000",
                                       "+HTTPTOFSRL: 0,5,6", "+HTTPTOFSRL: 0,0,0"};
    static const char *const by_ftp[] = {"+FTPTOFSST: 1,500,21000", "+FTPTOFSST: 0,0,21000",
                                         "+FTPTOFSST: 0,0,5", "+FTPTOFSST: 0,0,0"};
    unsigned which = bench->watch.commands / 7u % 4u;
    return ftp ? by_ftp[which] : http[which];
}

/* What a module as documented would say to the last command. */
static void answer_well(struct bench *bench)
{
    bool after = bench->watch.attempts > 0;
    const char *line = watch_expected_information(&bench->watch);
    if (asks(bench, "AT+CFSWFILE") && bench->prompted != bench->watch.commands) {
        bench->prompted = bench->watch.commands;
        say(bench, "DOWNLOAD");
        return;
    }
    if (asks(bench, "AT+CFSWFILE"))
        line = "";
    if (asks(bench, "AT+CFSRFILE"))
        give_file(bench);
    else if (asks(bench, "AT+CFSGFIS"))
        say_number(bench, "+CFSGFIS:", bench->job.package_size_bytes);
    else if (asks(bench, "AT+HTTPTOFSRL?") || asks(bench, "AT+FTPTOFSST"))
        say(bench, progress(bench, asks(bench, "AT+FTPTOFSST")));
    else if (after && asks(bench, "AT+CFOTA?"))
        say(bench, "+CFOTA: 6");
    else if (after && asks(bench, "AT+GMR"))
        say(bench, "Revision:1351B04SIM7000C");
    else if (line[0] != '\0')
        say(bench, line);
    say(bench, "OK");
}

/* What a module as documented would do by itself. */
static void go_on_well(struct bench *bench, uint64_t next)
{
    char line[40];
    snprintf(line, sizeof line, "+HTTPTOFS: 200,%u", (unsigned)bench->job.package_size_bytes);
    bool told = bench->watch.commands % 8u > 3u; /* a result line may be lost, too */
    if (told && fota_state(&bench->fota) == FOTA_STATE_DOWNLOAD && bench->job.delivery == 0)
        say(bench, line);
    else if (told && fota_state(&bench->fota) == FOTA_STATE_DOWNLOAD)
        say(bench, "+FTPEXTGETFILE: 1,0");
    else if (fota_state(&bench->fota) == FOTA_STATE_UPDATING)
        say(bench, "+CFOTA: \"Update successfully, please wait for reset\"");
    else if (next != FOTA_NEVER)
        bench->now_us = next;
}

static void start(struct bench *bench, const uint8_t *checkpoint)
{
    watch_begin(&bench->watch, 0);
    fota_start(&bench->fota, &bench->host, checkpoint, bench->now_us);
}

static void serve(struct bench *bench, bool done)
{
    struct fota_request request;
    if (fota_request(&bench->fota, &request)) {
        walk_observe_number(request.kind | (uint64_t)request.argument << 8);
        walk_observe_number(request.length);
    }
    unsigned kind = watch_serve(&bench->fota, &bench->host, done, bench->now_us, bench->checkpoint);
    require(kind < FOTA_REQUEST_COUNT);
}

static void transmit(struct bench *bench)
{
    char bytes[64];
    size_t size;
    do {
        size = fota_transmit(&bench->fota, &bench->host, bytes, sizeof bytes, bench->now_us);
        walk_observe(bytes, size);
    } while (size > 0);
}

static void receive_raw(struct bench *bench)
{
    size_t size = take(bench);
    if (size > bench->left)
        size = bench->left;
    receive(bench, bench->at, size);
    bench->at += size;
    bench->left -= size;
}

static uint64_t advance(struct bench *bench)
{
    transmit(bench);
    uint64_t next = watch_advance(&bench->watch, &bench->fota, &bench->host, bench->now_us);
    walk_observe_number(next);
    return next;
}

static void act(struct bench *bench)
{
    unsigned action = take(bench);
    uint64_t next = advance(bench);
    switch (action % 16) {
    case 0:
        receive_raw(bench);
        break;
    case 1:
    case 2:
    case 3:
        say_line(bench);
        break;
    case 4:
        bench->now_us += take(bench) * UINT64_C(100000);
        break;
    case 5:
    case 6:
        if (next != FOTA_NEVER)
            bench->now_us = next;
        break;
    case 7:
        serve(bench, false);
        break;
    case 8:
        serve(bench, true);
        break;
    case 9:
        if (action > 200)
            fota_cancel(&bench->fota, &bench->host, bench->now_us);
        else if (action > 100)
            fota_later(&bench->fota, &bench->host, bench->now_us);
        break;
    case 10:
        if (action > 128)
            start(bench, bench->checkpoint);
        break;
    case 11:
        if (action > 128)
            receive(bench, bench->watch.command, strlen(bench->watch.command));
        say(bench, action % 32 == 11 ? "OK" : "ERROR");
        break;
    default:
        serve(bench, true);
        if (at_busy(&bench->fota.at))
            answer_well(bench);
        else
            go_on_well(bench, next);
    }
    advance(bench);
}

static void run_out(struct bench *bench)
{
    for (unsigned i = 0; fota_result(&bench->fota) == NULL; i++) {
        require(i < ADVANCES_MAX);
        serve(bench, (i & 1u) != 0);
        uint64_t next = advance(bench);
        if (next != FOTA_NEVER)
            bench->now_us = next;
    }
}

static void observe_end(struct bench *bench)
{
    const struct fota_result *result = fota_result(&bench->fota);
    struct fota_statistics counts;
    fota_statistics(&bench->fota, &counts);
    walk_observe_number(result->outcome | result->reason << 8 | result->status << 16 |
                        (uint64_t)result->attempts << 24 | (uint64_t)result->remarks << 32);
    walk_observe_number(result->health | (uint64_t)result->resets_seen << 8);
    walk_observe(result->evidence, strlen(result->evidence));
    walk_observe(result->revision, strlen(result->revision));
    walk_observe_number(counts.exchanges | (uint64_t)counts.retries << 32);
    walk_observe_number(counts.sent_bytes | (uint64_t)counts.received_bytes << 32);
    walk_observe_number(counts.package_bytes | (uint64_t)counts.command_bytes_max << 32);
    walk_observe(bench->checkpoint, sizeof bench->checkpoint);
}

/* CRC-32 of so many 'P', by the bit. */
static uint32_t digest_of(uint32_t size)
{
    uint32_t crc = UINT32_MAX;
    for (uint32_t i = 0; i < size; i++) {
        crc ^= 'P';
        for (unsigned bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ ((crc & 1u) != 0 ? UINT32_C(0xedb88320) : 0);
    }
    return ~crc;
}

static void choose_job(struct bench *bench)
{
    unsigned options = take(bench), more = take(bench);
    struct fota_job *job = &bench->job;
    *job = (struct fota_job){.from_revision = "1351B03SIM7000C",
                             .to_revision = "1351B04SIM7000C",
                             .url = "http://fota.example/update.zip",
                             .ftp_server = "ftp.example"};
    job->package_size_bytes = (options & 1u) != 0 ? 21000 : (options & 2u) != 0 ? 600 : 0;
    job->baud_bps = (options & 4u) != 0 ? 115200 : 0;
    job->supply_min_mv = (options & 8u) != 0 ? 3500 : 0;
    job->apn = (options & 16u) != 0 ? "cmnet" : NULL;
    job->model = (options & 32u) != 0 ? "SIMCOM_SIM7000C" : NULL;
    job->package_crc32 = (options & 64u) != 0 ? digest_of(job->package_size_bytes) : 0;
    if ((options & 128u) != 0)
        job->restore = (struct fota_restore){.apn = "cmnet",
                                             .baud_bps = 115200,
                                             .function = 1,
                                             .psm = (uint8_t)(1u + (more >> 7)),
                                             .apn_context = (uint8_t)(more & 3u),
                                             .mode = (more & 1u) != 0 ? 38 : 0,
                                             .lte = (uint8_t)(more >> 1 & 3u),
                                             .bands = (more & 2u) != 0 ? "\"CAT-M\",3" : NULL,
                                             .network = (more & 4u) != 0   ? "26201"
                                                        : (more & 8u) != 0 ? ""
                                                                           : NULL};
    job->update_timeout_ms = (more & 64u) != 0 ? 100000 : 0;
    job->total_timeout_ms = (more & 12u) == 12 ? 40000u + 1000u * more : 0;
    if ((more & 9u) == 9)
        job->to_revision = NULL;
    if ((more & 10u) == 10 && job->baud_bps != 0)
        job->baud_bps = 1200;
    job->ftp_port = (more & 16u) != 0 ? 2121 : 0;
    job->delivery = (uint8_t)(more % FOTA_DELIVERY_COUNT);
    if ((more & 32u) != 0)
        job->ftp_user = job->ftp_password = job->ftp_path = job->ftp_name = "x";
}

static void walk_on(struct bench *bench)
{
    while (bench->left > 0)
        act(bench);
    run_out(bench);
    observe_end(bench);
    if (bench->watch.broken != NULL)
        fprintf(stderr, "%s; %s, step %u, %s\n", bench->watch.broken,
                fota_state_name(bench->fota.state), bench->fota.step, bench->watch.command);
    require(bench->watch.broken == NULL);
}

static struct bench whole;

static void begin(const uint8_t *data, size_t size)
{
    memset(&whole, 0, sizeof whole);
    whole.at = data;
    whole.left = size;
    whole.host = (struct fota_host){&whole.job, on_event, &whole};
}

void walk_procedure(const uint8_t *data, size_t size)
{
    begin(data, size);
    choose_job(&whole);
    start(&whole, NULL);
    walk_on(&whole);
}

void walk_from(const struct situation *situation, const uint8_t *data, size_t size)
{
    begin(data, size);
    whole.now_us = situation->now_us;
    whole.fota = situation->fota;
    whole.job = situation->job;
    whole.watch = situation->watch;
    walk_on(&whole);
}
