/* startup.c - vectors and the way to main() of an nRF51 (Cortex-M0), without a C library. */
#include <stdint.h>

#include "core/example/firmware/board.h"

/* Of link.ld. */
extern uint32_t image_data_load[], image_data_begin[], image_data_end[];
extern uint32_t image_bss_begin[], image_bss_end[], image_stack_top[];

int main(void);
void reset_handler(void);

static void unexpected_handler(void)
{
    board_exit(false);
}

void reset_handler(void)
{
    const uint32_t *source = image_data_load;
    for (uint32_t *target = image_data_begin; target < image_data_end;)
        *target++ = *source++;
    for (uint32_t *target = image_bss_begin; target < image_bss_end;)
        *target++ = 0;
    board_exit(main() == 0);
}

union vector {
    void (*handler)(void);
    void *address;
};

#define EXCEPTIONS 16

/* Exceptions of the core, then interrupts by the numbers of the nRF51 reference manual. */
__attribute__((section(".vectors"), used)) static const union vector vectors[EXCEPTIONS + 32] = {
    [0] = {.address = image_stack_top},
    [1] = {.handler = reset_handler},
    [2] = {.handler = unexpected_handler},
    [3] = {.handler = unexpected_handler},
    [11] = {.handler = unexpected_handler},
    [EXCEPTIONS + 2] = {.handler = board_uart_interrupt},
    [EXCEPTIONS + 8] = {.handler = board_timer_interrupt},
};
