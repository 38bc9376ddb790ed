/* elsewhere.c - where there is no supervisor: it says so. */
#include "harness/warp/warp.h"

#include <stdio.h>

static const char missing[] =
    "warp: needs Linux on x86-64 (other processors have other system calls, aarch64 too); use "
    "spawn:, in real time";

bool warp_probe(char *text, size_t capacity)
{
    snprintf(text, capacity, "%s", missing);
    return false;
}

struct warp *warp_new(char *reterr_text, size_t reterr_capacity)
{
    snprintf(reterr_text, reterr_capacity, "%s", missing);
    return NULL;
}

void warp_free(struct warp *warp)
{
    (void)warp;
}

const char *warp_port(const struct warp *warp)
{
    (void)warp;
    return "";
}

bool warp_start(struct warp *warp, const struct warp_options *options, uint64_t now_us,
                char *reterr_text, size_t reterr_capacity)
{
    (void)warp;
    (void)options;
    (void)now_us;
    snprintf(reterr_text, reterr_capacity, "%s", missing);
    return false;
}

void warp_stop(struct warp *warp)
{
    (void)warp;
}

uint64_t warp_advance(struct warp *warp, uint64_t now_us)
{
    (void)warp;
    (void)now_us;
    return WARP_NEVER;
}

void warp_receive(struct warp *warp, const uint8_t *bytes, size_t size)
{
    (void)warp;
    (void)bytes;
    (void)size;
}

size_t warp_transmit(struct warp *warp, uint8_t *buffer, size_t capacity, uint32_t *ret_baud_bps)
{
    (void)warp;
    (void)buffer;
    (void)capacity;
    (void)ret_baud_bps;
    return 0;
}

void warp_line_is_busy(struct warp *warp, uint64_t until_us)
{
    (void)warp;
    (void)until_us;
}

uint32_t warp_baud_bps(const struct warp *warp)
{
    (void)warp;
    return 0;
}

enum warp_state warp_state(const struct warp *warp, int *ret_number)
{
    (void)warp;
    (void)ret_number;
    return WARP_IDLE;
}

void warp_describe(const struct warp *warp, char *buffer, size_t capacity)
{
    (void)warp;
    snprintf(buffer, capacity, "%s", missing);
}

const char *warp_output(const struct warp *warp, bool errors, size_t *ret_size)
{
    (void)warp;
    (void)errors;
    *ret_size = 0;
    return "";
}

uint64_t warp_calls(const struct warp *warp)
{
    (void)warp;
    return 0;
}

const char *warp_remark(const struct warp *warp)
{
    (void)warp;
    return "";
}
