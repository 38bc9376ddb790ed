/*
 * host.c - a host at a port, by hand: what harness/ports does in the role of one, seen from
 * outside.
 *
 * usage: host URL RATE      exit 4 with a message: the port can't be opened
 *
 * Lines of standard input: "write HEX", "rate BPS", "lines N"; at its end the port is closed. Lines
 * of output: "open", "got HEX", "lines N", "gone", "back", "said TEXT".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/ports/port.h"

struct host {
    struct bench_loop loop;
    struct bench_source input;
    struct bench_port *port;
    char text[8192];
    size_t count;
    bool over;
};

/* ---- what the port tells ------------------------------------------------------------------ */

static void receive(struct bench_port *port, const void *bytes, size_t size)
{
    (void)port;
    printf("got ");
    for (size_t i = 0; i < size; i++)
        printf("%02x", ((const uint8_t *)bytes)[i]);
    printf("\n");
}

static void lines(struct bench_port *port, unsigned now)
{
    (void)port;
    printf("lines %u\n", now);
}

static void said(struct bench_port *port, const char *text)
{
    (void)port;
    printf("said %s\n", text);
}

static void presence(struct bench_port *port, bool present)
{
    (void)port;
    puts(present ? "back" : "gone");
}

/* ---- what it is told ---------------------------------------------------------------------- */

static void write_hexadecimal(struct host *host, const char *text)
{
    uint8_t bytes[4096];
    unsigned byte;
    size_t count = 0;

    for (; count < sizeof bytes && sscanf(text, "%2x", &byte) == 1; text += 2)
        bytes[count++] = (uint8_t)byte;
    bench_port_write(host->port, bytes, count, bench_clock_us());
}

static void obey(struct host *host, const char *line)
{
    const struct bench_port_kind *kind = host->port->kind;

    if (strncmp(line, "write ", 6) == 0)
        write_hexadecimal(host, line + 6);
    else if (strncmp(line, "rate ", 5) == 0 && kind->follow)
        kind->follow(host->port, (uint32_t)strtoul(line + 5, NULL, 10));
    else if (strncmp(line, "lines ", 6) == 0 && kind->lines)
        kind->lines(host->port, (unsigned)strtoul(line + 6, NULL, 10));
}

static void on_input(void *context, unsigned ready)
{
    struct host *host = context;
    ssize_t size =
        read(STDIN_FILENO, host->text + host->count, sizeof host->text - 1 - host->count);
    char *end;

    (void)ready;
    if (size <= 0) {
        host->over = true;
        return;
    }
    host->count += (size_t)size;
    host->text[host->count] = '\0';
    while ((end = strchr(host->text, '\n'))) {
        *end++ = '\0';
        obey(host, host->text);
        host->count -= (size_t)(end - host->text);
        memmove(host->text, end, host->count + 1);
    }
}

int main(int argc, char **argv)
{
    static const struct bench_port_listener listener = {
        .receive = receive, .lines = lines, .said = said, .presence = presence};
    static struct host host;
    char error[400];

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc != 3 || bench_signals_catch() || bench_loop_open(&host.loop))
        return 2;
    host.input = (struct bench_source){STDIN_FILENO, on_input, &host};
    if (bench_loop_add(&host.loop, &host.input, BENCH_READABLE))
        return 2;
    host.port =
        bench_port_open(&host.loop, argv[1], BENCH_PORT_OPEN, (uint32_t)strtoul(argv[2], NULL, 10),
                        &listener, error, sizeof error);
    if (!host.port) {
        puts(error);
        return 4;
    }
    puts("open");
    while (!host.over && !bench_signal())
        if (bench_loop_wait(&host.loop, BENCH_NEVER) < 0)
            return 2;
    bench_port_free(host.port);
    bench_loop_close(&host.loop);
    return 0;
}
