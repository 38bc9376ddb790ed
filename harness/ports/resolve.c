/* resolve.c - getaddrinfo_a() of the GNU C library. */
#define _GNU_SOURCE
#include "harness/ports/resolve.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct bench_lookup {
    struct gaicb request;
    struct gaicb *list[1];
    struct addrinfo hints;
    char host[128];
};

struct bench_lookup *bench_lookup_start(const char *host)
{
    struct bench_lookup *lookup = calloc(1, sizeof *lookup);
    size_t length = strlen(host);

    if (!lookup || length >= sizeof lookup->host) {
        free(lookup);
        return NULL;
    }
    memcpy(lookup->host, host, length + 1);
    lookup->hints.ai_family = AF_INET; /* the module speaks IPv4 (AT106, CIPSTART) */
    lookup->hints.ai_socktype = SOCK_STREAM;
    lookup->request.ar_name = lookup->host;
    lookup->request.ar_request = &lookup->hints;
    lookup->list[0] = &lookup->request;
    if (getaddrinfo_a(GAI_NOWAIT, lookup->list, 1, NULL) == 0)
        return lookup;
    free(lookup);
    return NULL;
}

bool bench_lookup_done(struct bench_lookup *lookup, bool *ret_good, struct in_addr *ret_address)
{
    int result = gai_error(&lookup->request);

    if (result == EAI_INPROGRESS)
        return false;
    *ret_good = result == 0 && lookup->request.ar_result;
    if (*ret_good)
        memcpy(ret_address,
               &((const struct sockaddr_in *)(const void *)lookup->request.ar_result->ai_addr)
                    ->sin_addr,
               sizeof *ret_address);
    return true;
}

void bench_lookup_close(struct bench_lookup *lookup)
{
    if (!lookup)
        return;
    if (gai_error(&lookup->request) == EAI_INPROGRESS &&
        gai_cancel(&lookup->request) != EAI_CANCELED)
        return;
    if (lookup->request.ar_result)
        freeaddrinfo(lookup->request.ar_result);
    free(lookup);
}
