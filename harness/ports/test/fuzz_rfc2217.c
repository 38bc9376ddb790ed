/* fuzz_rfc2217.c - any bytes of a peer, in either role, and what both sides make of each other. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "harness/ports/rfc2217.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { PENDING = 65536, TURNS = 2 * BENCH_RFC2217_CHANGES_MAX + 8 };

/* Every byte to `telnet`; its replies to `out`. Returns their number. */
static size_t feed(struct bench_rfc2217 *telnet, const uint8_t *bytes, size_t size, uint8_t *out)
{
    uint8_t reply[BENCH_RFC2217_REPLY_MAX], data;
    size_t total = 0, count;

    for (size_t i = 0; i < size; i++) {
        bench_rfc2217_byte(telnet, bytes[i], &data, reply, &count);
        if (count > sizeof reply)
            abort();
        count = count < PENDING - total ? count : PENDING - total;
        memcpy(out + total, reply, count);
        total += count;
    }
    return total;
}

/* The first byte tells the role; what one says in answer to it the other hears, and so on: that
   must come to an end. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static uint8_t pending[2][PENDING];
    struct bench_rfc2217 sides[2];
    size_t count;
    int turn = size > 0 ? bytes[0] & 1 : 0;

    if (size == 0 || size > 400) /* so that all replies fit */
        return 0;
    bench_rfc2217_init(&sides[0], BENCH_RFC2217_SERVER);
    bench_rfc2217_init(&sides[1], BENCH_RFC2217_CLIENT);
    bench_rfc2217_set_rate(&sides[1], bytes[0] * 65793u, pending[0]);
    bench_rfc2217_greet(&sides[0], pending[0]);
    bench_rfc2217_greet(&sides[1], pending[0]);
    count = feed(&sides[turn], bytes + 1, size - 1, pending[turn]);
    for (int i = 0; count > 0; i++, turn = 1 - turn) {
        if (i == TURNS)
            abort();
        count = feed(&sides[1 - turn], pending[turn], count, pending[1 - turn]);
    }
    return 0;
}
