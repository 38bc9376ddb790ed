/* address.c - names of sockets, and what every TCP connection of ours is set to. */
#include "harness/ports/address.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

enum { DEAD_AFTER_MS = 10000 };

bool bench_address_split(const char *address, char *host, uint32_t *ret_port)
{
    const char *colon = strrchr(address, ':');
    size_t length = colon ? (size_t)(colon - address) : 0;
    char *end;
    unsigned long number;

    if (length == 0 || length >= BENCH_HOST_MAX)
        return false;
    number = strtoul(colon + 1, &end, 10);
    if (colon[1] < '0' || colon[1] > '9' || *end || number > 65535)
        return false;
    if (address[0] == '[' && address[length - 1] == ']') {
        address++;
        length -= 2;
    }
    memcpy(host, address, length);
    host[length] = '\0';
    *ret_port = (uint32_t)number;
    return true;
}

struct addrinfo *bench_address_find(const char *address, int flags, char *reterr_text,
                                    size_t reterr_capacity)
{
    const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM, .ai_flags = flags};
    struct addrinfo *info;
    char host[BENCH_HOST_MAX], service[16];
    uint32_t number;

    if (!bench_address_split(address, host, &number)) {
        snprintf(reterr_text, reterr_capacity,
                 "'%.100s' is not an address: expected HOST:PORT, such as 127.0.0.1:7000", address);
        return NULL;
    }
    snprintf(service, sizeof service, "%lu", (unsigned long)number);
    if (getaddrinfo(host, service, &wanted, &info) == 0)
        return info;
    snprintf(reterr_text, reterr_capacity, "host '%.100s' is not known", host);
    return NULL;
}

bool bench_address_unix(const char *path, struct sockaddr_storage *ret_address, socklen_t *ret_size)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(path);

    if (length >= sizeof address.sun_path)
        return false;
    memcpy(address.sun_path, path, length + 1);
    memcpy(ret_address, &address, sizeof address);
    *ret_size = (socklen_t)sizeof address;
    return true;
}

void bench_address_of(int fd, char *text, size_t capacity)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    char host[INET6_ADDRSTRLEN], port[8];

    if (getsockname(fd, (struct sockaddr *)&address, &size) == 0 &&
        getnameinfo((struct sockaddr *)&address, size, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) == 0)
        snprintf(text, capacity, address.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}

void bench_address_tune(int fd)
{
    const unsigned dead_ms = DEAD_AFTER_MS;
    const int on = 1, seconds = 5;

    /* Nagle's algorithm costs 40 ms now and then (racks-and-ci.md). */
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof seconds);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &seconds, sizeof seconds);
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead_ms, sizeof dead_ms);
}

void bench_address_acknowledge(int fd)
{
    const int on = 1;

    setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}
