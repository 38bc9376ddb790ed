/*
 * library.c - clients in a shared object, for ci/test/lib.sh. -DKIND says which: GOOD writes AT and
 * believes that this is all; the others go wrong in one way each. As C and as C++.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/bench/library_client.h"

enum kind { GOOD, CRASHES, OVERFLOWS, ENDLESS, FLOODS, STILL, FORKS, TELLS_TOO_MUCH };

struct memory {
    unsigned sent;
    const struct fotarig_host *host;
};
static struct memory memory;
static unsigned starts; /* 1 in each case, for the object is loaded anew */

static void *start(const struct fotarig_job *job, const struct fotarig_host *host,
                   const uint8_t *checkpoint, uint64_t now_us)
{
    (void)now_us;
    memory.host = host;
    starts++;
    if (starts != 1 || checkpoint != NULL || job->url[0] == '\0' || job->json[0] != '{')
        host->log(host->bench, "this is not the first start");
    return &memory;
}

static int deeper(volatile char *above, int depth)
{
    volatile char room[4096];
    room[0] = (char)(above[0] + depth);
    return depth < 0 ? 0 : deeper(room, depth + 1) + room[0];
}

static uint64_t advance(void *client, uint64_t now_us)
{
    volatile char first[1] = {1};
    (void)client;
    if (now_us < 1000000)
        return 1000000;
    switch (KIND) {
    case CRASHES:
        raise(SIGSEGV);
        break;
    case OVERFLOWS:
        return (uint64_t)deeper(first, 0);
    case ENDLESS:
        while (first[0])
            ;
        break;
    case STILL:
        return now_us;
    case FORKS:
        if (now_us == 1000000 && fork() == 0) {
            for (;;)
                pause();
        }
        break;
    default:
        break;
    }
    return now_us + 1000000;
}

static size_t transmit(void *client, void *buffer, size_t capacity, uint64_t now_us)
{
    struct memory *own = (struct memory *)client;
    if (KIND == TELLS_TOO_MUCH)
        return capacity + 1;
    if (KIND == FLOODS) {
        memset(buffer, 'A', capacity);
        return capacity;
    }
    if (now_us < 1000000 || own->sent > 0 || capacity < 3)
        return 0;
    own->sent = 1;
    memcpy(buffer, "AT\r", 3);
    return 3;
}

static void receive(void *client, const void *bytes, size_t size, uint64_t now_us)
{
    (void)client;
    (void)bytes;
    (void)size;
    (void)now_us;
}

static bool result(const void *client, const char **ret_outcome)
{
    const struct memory *own = (const struct memory *)client;
    *ret_outcome = starts == 1 ? "refused" : "needs-service";
    return (KIND == GOOD || KIND == FORKS) && own->sent > 0;
}

const struct fotarig_client *fotarig_client(void)
{
    static struct fotarig_client table;
    table.version = FOTARIG_CLIENT_VERSION;
    table.start = start;
    table.receive = receive;
    table.transmit = transmit;
    table.advance = advance;
    table.result = result;
    return &table;
}
