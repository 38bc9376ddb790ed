/*
 * traces.c - how fast traces are read: by the reader, and by one that knows only the form that the
 * writer gives (keys in their order, no blanks, no checks), as the floor.
 *
 * usage: traces make FILE MEGABYTES      writes a trace
 *        traces read|floor FILE          prints MB of it per second of processor, and peak memory
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "harness/trace/trace.h"

enum { BLOCK_BYTES = 256 * 1024 };

static double processor_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- a trace as a run leaves it: exchanges, what is told besides, a package now and then -------
 */

static void write_text(struct trace_writer *writer, uint64_t time_us, unsigned kind,
                       const char *text)
{
    const struct trace_event event = {.time_us = time_us,
                                      .kind = (uint8_t)kind,
                                      .rate = 115200,
                                      .bytes = (const uint8_t *)text,
                                      .length = strlen(text)};
    trace_write(writer, &event);
}

static void write_exchange(struct trace_writer *writer, uint64_t time_us)
{
    static uint8_t package[512];
    const struct trace_event percent = {.time_us = time_us + 200,
                                        .kind = TRACE_MODULE,
                                        .event = "phase",
                                        .number = (uint32_t)(time_us / 1000 % 7),
                                        .detail = "restore-modem"};
    const struct trace_event piece = {.time_us = time_us + 300,
                                      .kind = TRACE_TO_MODULE,
                                      .rate = 115200,
                                      .bytes = package,
                                      .length = sizeof package};
    write_text(writer, time_us, TRACE_TO_MODULE, "AT+CFOTA?\r");
    write_text(writer, time_us + 50, TRACE_TO_HOST, "AT+CFOTA?\r\r\n");
    write_text(writer, time_us + 100, TRACE_TO_HOST, "+CFOTA: 5\r\n\r\nOK\r\n");
    trace_write(writer, &percent);
    if (time_us % 8000)
        return;
    for (size_t i = 0; i < sizeof package; i++)
        package[i] = (uint8_t)(i * 167 + time_us / 8000);
    trace_write(writer, &piece);
}

static int make(const char *path, uint64_t megabytes)
{
    struct trace_writer writer;
    const struct trace_header header = {.rate = 115200, .model = "SIM7000C"};
    int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor < 0 || !trace_begin(&writer, descriptor, &header))
        return 2;
    for (uint64_t time_us = 0; writer.byte_count < megabytes * 1000000; time_us += 1000)
        write_exchange(&writer, time_us);
    return trace_finish(&writer) && close(descriptor) == 0 ? 0 : 2;
}

/* ---- the reader ---------------------------------------------------------------------------------
 */

static uint64_t read_whole(int descriptor, uint64_t *ret_sum)
{
    struct trace_reader reader;
    struct trace_event event;
    if (!trace_open(&reader, descriptor))
        return 0;
    while (trace_next(&reader, &event) == TRACE_EVENT)
        *ret_sum += event.time_us + event.length + (event.length ? event.bytes[0] : 0);
    trace_close(&reader);
    return reader.event_count;
}

/* ---- the floor
 * ----------------------------------------------------------------------------------- */

static const char *skip_word(const char *at, const char *key)
{
    size_t size = strlen(key);
    if (memcmp(at, key, size) != 0)
        return at;
    at = memchr(at + size, '"', 64);
    return at ? at + 1 : "";
}

static unsigned nibble(char letter)
{
    return letter <= '9' ? (unsigned)(letter - '0') : (unsigned)(letter - 'a' + 10);
}

static size_t decode_text(const char *at, uint8_t *bytes)
{
    size_t count = 0;
    for (; *at != '"'; at++) {
        if (*at != '\\') {
            bytes[count++] = (uint8_t)*at;
            continue;
        }
        at++;
        bytes[count++] = *at == 'r'   ? '\r'
                         : *at == 'n' ? '\n'
                         : *at == 't' ? '\t'
                         : *at == 'u' ? (uint8_t)(nibble(at[3]) << 4 | nibble(at[4]))
                                      : (uint8_t)*at;
        at += *at == 'u' ? 4 : 0;
    }
    return count;
}

static size_t decode_hex(const char *at, uint8_t *bytes)
{
    size_t count = 0;
    for (; *at != '"'; at += 2)
        bytes[count++] = (uint8_t)(nibble(at[0]) << 4 | nibble(at[1]));
    return count;
}

static void read_line(const char *at, uint64_t *sum)
{
    static uint8_t bytes[BLOCK_BYTES];
    uint64_t time_us = 0;
    size_t length = 0;
    if (memcmp(at, "{\"us\":", 6) != 0)
        return;
    for (at += 6; *at != ','; at++)
        time_us = time_us * 10 + (uint64_t)(*at - '0');
    at = skip_word(at, ",\"kind\":\"");
    at = skip_word(at, ",\"event\":\"");
    if (memcmp(at, ",\"number\":", 10) == 0)
        for (at += 10; *at >= '0' && *at <= '9'; at++)
            ;
    at = skip_word(at, ",\"detail\":\"");
    if (memcmp(at, ",\"text\":\"", 9) == 0)
        length = decode_text(at + 9, bytes);
    else if (memcmp(at, ",\"hex\":\"", 8) == 0)
        length = decode_hex(at + 8, bytes);
    *sum += time_us + length + (length ? bytes[0] : 0);
}

static uint64_t read_floor(int descriptor, uint64_t *ret_sum)
{
    static char block[2 * BLOCK_BYTES];
    size_t used = 0;
    uint64_t lines = 0;
    ssize_t count;
    while ((count = read(descriptor, block + used, sizeof block - used - 1)) > 0) {
        char *at = block, *newline;
        used += (size_t)count;
        while ((newline = memchr(at, '\n', used - (size_t)(at - block))) != NULL) {
            read_line(at, ret_sum);
            lines++;
            at = newline + 1;
        }
        used -= (size_t)(at - block);
        memmove(block, at, used);
    }
    return lines - 1;
}

static int measure(const char *how, const char *path)
{
    struct rusage usage;
    uint64_t sum = 0;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return 2;
    double began_s = processor_s();
    uint64_t events =
        strcmp(how, "floor") == 0 ? read_floor(descriptor, &sum) : read_whole(descriptor, &sum);
    double took_s = processor_s() - began_s;
    double megabytes = (double)lseek(descriptor, 0, SEEK_END) / 1e6;
    getrusage(RUSAGE_SELF, &usage);
    printf("traces.rate\t%.6g\tMB/s\ntraces.memory\t%.3g\tMB\n", megabytes / took_s,
           (double)usage.ru_maxrss / 1e3);
    printf("traces.events\t%" PRIu64 "\t1\ntraces.sum\t%" PRIu64 "\t1\n", events, sum);
    close(descriptor);
    return events ? 0 : 2;
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "make") == 0)
        return make(argv[2], strtoull(argv[3], NULL, 10));
    if (argc == 3 && (strcmp(argv[1], "read") == 0 || strcmp(argv[1], "floor") == 0))
        return measure(argv[1], argv[2]);
    fprintf(stderr, "usage: traces make FILE MEGABYTES | traces read|floor FILE\n");
    return 2;
}
