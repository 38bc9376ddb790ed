/* captured.c - a pipe that is read to its end, and a text that is not longer than it may be. */
#define _GNU_SOURCE
#include "harness/ports/captured.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { READS_MAX = 64 /* of one wake: a flood must not keep the bench from its clock */ };

static void keep(struct bench_captured *captured, const char *bytes, size_t size)
{
    size_t room = BENCH_CAPTURED_BYTES - captured->size;
    captured->total_bytes += size;
    size = size < room ? size : room;
    if (!captured->text)
        captured->text = malloc(BENCH_CAPTURED_BYTES);
    if (!captured->text)
        return;
    memcpy(captured->text + captured->size, bytes, size);
    captured->size += size;
}

static void stop(struct bench_captured *captured)
{
    if (captured->source.fd < 0)
        return;
    bench_loop_remove(captured->loop, &captured->source);
    close(captured->source.fd);
    captured->source.fd = -1;
}

void bench_captured_read(struct bench_captured *captured)
{
    char bytes[16 * 1024];
    for (unsigned i = 0; i < READS_MAX && captured->source.fd >= 0; i++) {
        ssize_t size = read(captured->source.fd, bytes, sizeof bytes);
        if (size < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (size <= 0)
            stop(captured);
        else
            keep(captured, bytes, (size_t)size);
    }
}

static void on_ready(void *context, unsigned ready)
{
    (void)ready;
    bench_captured_read(context);
}

int bench_captured_open(struct bench_captured *captured, struct bench_loop *loop)
{
    int fds[2];
    bench_captured_free(captured);
    captured->loop = loop;
    if (pipe2(fds, O_CLOEXEC))
        return -1;
    captured->source = (struct bench_source){fds[0], on_ready, captured};
    if (fcntl(fds[0], F_SETFL, O_NONBLOCK) == 0 &&
        bench_loop_add(loop, &captured->source, BENCH_READABLE) == 0)
        return fds[1];
    close(fds[0]);
    close(fds[1]);
    captured->source.fd = -1;
    return -1;
}

void bench_captured_close(struct bench_captured *captured)
{
    if (!captured->loop)
        return;
    bench_captured_read(captured);
    stop(captured);
}

void bench_captured_free(struct bench_captured *captured)
{
    bench_captured_close(captured);
    free(captured->text);
    *captured = (struct bench_captured){.source.fd = -1};
}
