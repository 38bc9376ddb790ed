/* rates.h - rates of a line as termios has them. */
#ifndef FOTARIG_HARNESS_WARP_RATES_H
#define FOTARIG_HARNESS_WARP_RATES_H

#include <stdint.h>
#include <termios.h>

#define WARP_RATES(X)                                                                              \
    X(1200)                                                                                        \
    X(2400)                                                                                        \
    X(4800)                                                                                        \
    X(9600)                                                                                        \
    X(19200)                                                                                       \
    X(38400)                                                                                       \
    X(57600)                                                                                       \
    X(115200)                                                                                      \
    X(230400)                                                                                      \
    X(460800)                                                                                      \
    X(921600)                                                                                      \
    X(1000000)                                                                                     \
    X(1500000)                                                                                     \
    X(2000000)                                                                                     \
    X(3000000)

/* 115200 where the rate has no flag. */
static inline speed_t warp_rate_flag(uint32_t baud_bps)
{
#define X(rate)                                                                                    \
    if (baud_bps == rate)                                                                          \
        return B##rate;
    WARP_RATES(X)
#undef X
    return B115200;
}

/* 0: no rate that is known here (B0 too, which hangs up). */
static inline uint32_t warp_rate_of(speed_t flag)
{
#define X(rate)                                                                                    \
    if (flag == B##rate)                                                                           \
        return rate;
    WARP_RATES(X)
#undef X
    return 0;
}

#endif
