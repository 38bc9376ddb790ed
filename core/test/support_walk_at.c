/* support_walk_at.c - the AT engine under calls in any order and bytes in any split. */
#include <stdlib.h>
#include <string.h>

#include "core/at.h"
#include "core/test/support_walk.h"

struct input {
    const uint8_t *at;
    size_t left;
};

static unsigned take(struct input *input)
{
    if (input->left == 0)
        return 0;
    input->left--;
    return *input->at++;
}

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check(const struct at_engine *at, const struct at_event *event)
{
    require(event->text != NULL && event->result < AT_RESULT_COUNT);
    walk_observe_number(event->kind | event->result << 8 | (uint64_t)event->echoed << 16);
    walk_observe(event->text, event->length);
    walk_observe_number(at->deadline_at_us);
    if (event->kind != AT_EVENT_NONE && event->text != NULL)
        for (size_t i = 0; i < event->length; i++)
            require(event->text[i] != '\r' || event->kind > AT_EVENT_STRAY);
    require(at_busy(at) || at->deadline_at_us == AT_NEVER);
    require(!at_busy(at) || at->deadline_at_us != AT_NEVER);
}

static void send(struct at_engine *at, struct input *input, uint64_t now_us)
{
    static const char *const commands[] = {"AT",       "AT+GMR",     "AT+CFOTA?",
                                           "AT+CSQ",   "AT+CFOTA=1", "AT+CFSRFILE=1,\"a\",1,9,0",
                                           "ATE0V1Q0", "A",          "AT+CFSWFILE=1,\"a\",0,9,99"};
    const char *command = commands[take(input) % (sizeof commands / sizeof commands[0])];
    bool busy = at_busy(at);
    size_t length = strlen(command);
    unsigned info = take(input) % (AT_INFO_DATA + 1);
    bool begun = at_send(at, command, length, (enum at_info)info, 1000u + take(input), now_us);
    require(begun == (!busy && length >= 2));
    walk_observe_number(begun);
    if (begun && info == AT_INFO_DATA) {
        unsigned rows = take(input), columns = take(input);
        bool fresh = (take(input) & 1u) != 0;
        at_expect(at, (uint16_t)(1u + rows * columns), fresh, 'P');
    }
}

static void hear(struct at_engine *at, const void *said, size_t size, uint64_t now_us)
{
    uint8_t *bytes = malloc(size + 1); /* ends where it ends: the sanitizer sees a byte too many */
    require(bytes != NULL);
    memcpy(bytes, said, size);
    for (size_t used = 0; used < size;) {
        struct at_event event;
        size_t taken = at_receive(at, bytes + used, size - used, now_us, &event);
        require(taken > 0 && taken <= size - used);
        check(at, &event);
        used += taken;
    }
    free(bytes);
}

static void receive(struct at_engine *at, struct input *input, uint64_t now_us)
{
    size_t size = take(input);
    if (size > input->left)
        size = input->left;
    hear(at, input->at, size, now_us);
    input->at += size;
    input->left -= size;
}

/* What modules say, in pieces that any other may follow. */
static void receive_piece(struct at_engine *at, struct input *input, uint64_t now_us)
{
    static const char *const pieces[] = {"\r\n",
                                         "\r",
                                         "\n",
                                         "OK",
                                         "ERROR",
                                         "+CME ERROR: 3",
                                         "+",
                                         "NO ",
                                         "DOWNLOAD",
                                         "+CFSRFILE: 6",
                                         "+CFSRFILE: 0",
                                         "P",
                                         "PK",
                                         "SIMCOM_PK",
                                         "RDY",
                                         "+CFOTA: 1",
                                         "+CFOTA:2",
                                         "+CREG: 1",
                                         "DST: 1",
                                         "NORMAL POWER DOWN",
                                         "Revision:1",
                                         "AT",
                                         "*PSUTTZ",
                                         "abcdef",
                                         "123456789012345",
                                         "+CFSRFILE: 9",
                                         "> ",
                                         "UNDER-VOLTAGE",
                                         "+GMR: 1",
                                         "\x81\x82"};
    const char *piece = pieces[take(input) % (sizeof pieces / sizeof pieces[0])];
    hear(at, piece, strlen(piece), now_us);
}

/* The echo of the command, or a part of it. */
static void receive_echo(struct at_engine *at, struct input *input, uint64_t now_us)
{
    char echo[sizeof at->command];
    size_t length = at->command_length < sizeof echo ? at->command_length : sizeof echo;
    size_t from = take(input), to = take(input);
    memcpy(echo, at->command, length);
    from = from < 128 ? 0 : from % (length + 1);
    to = to < 128 ? length : to % (length + 1);
    if (from < to)
        hear(at, echo + from, to - from, now_us);
}

static void give(struct at_engine *at, struct input *input)
{
    static const char bytes[AT_COMMAND_BYTES + 100];
    size_t size = take(input) * 2u;
    if (size > sizeof bytes)
        size = sizeof bytes;
    size_t taken = at_give(at, bytes, size);
    require(taken <= size);
    walk_observe_number(taken);
}

static void transmit(struct at_engine *at, struct input *input)
{
    char bytes[64];
    size_t capacity = take(input) % (sizeof bytes + 1);
    size_t size = at_transmit(at, bytes, capacity);
    require(size <= capacity);
    walk_observe(bytes, size);
    walk_observe_number(at_owed(at) | at_wants_bytes(at) << 1);
}

/* Each argument is taken by itself: compilers differ in the order of a call's. */
static void synchronise(struct at_engine *at, struct input *input, uint64_t now_us)
{
    unsigned tries = take(input) | 1u, interval_ms = 100u + take(input);
    at_synchronise(at, (uint8_t)tries, interval_ms, now_us);
}

void walk_engine(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    struct at_engine at;
    struct at_event event;
    uint64_t now_us = 0;
    at_init(&at);
    while (input.left > 0) {
        switch (take(&input) % 16) {
        case 0:
            send(&at, &input, now_us);
            break;
        case 1:
            transmit(&at, &input);
            break;
        case 2:
            synchronise(&at, &input, now_us);
            break;
        case 3:
            now_us += take(&input) * UINT64_C(10000);
            require(at_advance(&at, now_us, &event) == at.deadline_at_us);
            check(&at, &event);
            break;
        case 4:
            at_abort(&at);
            require(!at_busy(&at));
            break;
        case 5:
            at_forget(&at);
            require(!at_owed(&at));
            break;
        case 6:
            give(&at, &input);
            break;
        case 7:
            receive(&at, &input, now_us);
            break;
        case 8:
        case 9:
            receive_echo(&at, &input, now_us);
            break;
        default:
            receive_piece(&at, &input, now_us);
        }
    }
}
