/* board.c - an nRF51822 by the nRF51 reference manual 3.0: NVMC (6), TIMER (18), UART (29). */
#include <string.h>

#include "core/example/firmware/board.h"

#define REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))

#define INTERRUPT_ENABLE REGISTER(0xe000e100u) /* of the NVIC: bit n is interrupt n */
#define UART_NUMBER      2u
#define TIMER_NUMBER     8u

#define UART(offset)  REGISTER(0x40002000u + (offset))
#define UART_STARTRX  UART(0x000)
#define UART_STARTTX  UART(0x008)
#define UART_RXDRDY   UART(0x108)
#define UART_TXDRDY   UART(0x11c)
#define UART_INTENSET UART(0x304)
#define UART_ENABLE   UART(0x500)
#define UART_PSELTXD  UART(0x50c)
#define UART_PSELRXD  UART(0x514)
#define UART_RXD      UART(0x518)
#define UART_TXD      UART(0x51c)
#define UART_BAUDRATE UART(0x524)

#define TIMER(offset)   REGISTER(0x40008000u + (offset))
#define TIMER_START     TIMER(0x000)
#define TIMER_COMPARE0  TIMER(0x140)
#define TIMER_SHORTS    TIMER(0x200)
#define TIMER_INTENSET  TIMER(0x304)
#define TIMER_BITMODE   TIMER(0x508)
#define TIMER_PRESCALER TIMER(0x510)
#define TIMER_CC0       TIMER(0x540)

#define NVMC(offset)   REGISTER(0x4001e000u + (offset))
#define NVMC_READY     NVMC(0x400)
#define NVMC_CONFIG    NVMC(0x504)
#define NVMC_ERASEPAGE NVMC(0x508)

static struct bare_port *fed; /* by the interrupts */
static bool transmitting;

/* ---- interrupts ---------------------------------------------------------------------------- */

void board_uart_interrupt(void)
{
    while (UART_RXDRDY != 0) {
        UART_RXDRDY = 0;
        bare_received(fed, (uint8_t)UART_RXD);
    }
}

void board_timer_interrupt(void)
{
    TIMER_COMPARE0 = 0;
    bare_tick(fed);
}

/* ---- UART ---------------------------------------------------------------------------------- */

static const struct {
    uint32_t baud_bps, value;
} rates[] = {{9600, 0x00275000},
             {19200, 0x004ea000},
             {38400, 0x009d5000},
             {57600, 0x00ebf000},
             {115200, 0x01d7e000}};

static bool set_rate(uint32_t baud_bps)
{
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        if (rates[i].baud_bps != baud_bps)
            continue;
        UART_BAUDRATE = rates[i].value;
        return true;
    }
    return false;
}

static bool send(void *board, uint8_t byte)
{
    (void)board;
    if (transmitting && UART_TXDRDY == 0)
        return false;
    UART_TXDRDY = 0;
    UART_TXD = byte;
    transmitting = true;
    return true;
}

void board_begin(struct bare_port *port)
{
    fed = port;
    UART_PSELTXD = 24;
    UART_PSELRXD = 25;
    set_rate(115200);
    UART_ENABLE = 4;
    UART_INTENSET = 1u << 2; /* RXDRDY */
    UART_STARTRX = 1;
    UART_STARTTX = 1;
    TIMER_BITMODE = 0;   /* 16 bits */
    TIMER_PRESCALER = 4; /* 16 MHz / 2^4 = 1 MHz */
    TIMER_CC0 = 1000;
    TIMER_SHORTS = 1; /* from 0 again at CC0 */
    TIMER_INTENSET = 1u << 16;
    TIMER_START = 1;
    INTERRUPT_ENABLE = 1u << UART_NUMBER | 1u << TIMER_NUMBER;
}

/* ---- checkpoints --------------------------------------------------------------------------- */

/* One page each, written in turn: when the power goes in between, the other one is still whole. The
 * number, from 1 on, is written last; an erased page has all bits set. */
struct slot {
    uint32_t checkpoint[FOTA_CHECKPOINT_BYTES / 4];
    uint32_t number;
};

#define SLOT(i)    ((volatile struct slot *)(uintptr_t)(0x3f800u + 0x400u * (i)))
#define NVMC_READ  0u
#define NVMC_WRITE 1u
#define NVMC_ERASE 2u

/* 0: the page holds no checkpoint. */
static uint32_t number_of(uint32_t slot)
{
    uint32_t number = SLOT(slot)->number;
    return number != UINT32_MAX ? number : 0;
}

static uint32_t newest_slot(void)
{
    return number_of(1) > number_of(0);
}

static void set_flash_mode(uint32_t mode)
{
    while (NVMC_READY == 0)
        ;
    NVMC_CONFIG = mode;
}

static bool save_checkpoint(const uint8_t *checkpoint)
{
    uint32_t newest = newest_slot(), target = 1u - newest;
    uint32_t number = number_of(newest) + 1u;
    bool same = true;
    set_flash_mode(NVMC_ERASE);
    NVMC_ERASEPAGE = (uint32_t)(uintptr_t)SLOT(target);
    set_flash_mode(NVMC_WRITE);
    for (size_t i = 0; i < FOTA_CHECKPOINT_BYTES / 4; i++) {
        uint32_t word;
        memcpy(&word, checkpoint + 4 * i, sizeof word);
        SLOT(target)->checkpoint[i] = word;
        set_flash_mode(NVMC_WRITE);
        same = same && SLOT(target)->checkpoint[i] == word;
    }
    if (same)
        SLOT(target)->number = number;
    set_flash_mode(NVMC_READ);
    return same && SLOT(target)->number == number;
}

bool board_load_checkpoint(uint8_t *checkpoint)
{
    uint32_t newest = newest_slot();
    if (number_of(newest) == 0)
        return false;
    for (size_t i = 0; i < FOTA_CHECKPOINT_BYTES / 4; i++) {
        uint32_t word = SLOT(newest)->checkpoint[i];
        memcpy(checkpoint + 4 * i, &word, sizeof word);
    }
    return true;
}

/* ---- requests, sleep ----------------------------------------------------------------------- */

/* No pin of this board leads to PWRKEY or to the module's supply. */
static bool serve(void *board, const struct fota_request *request)
{
    (void)board;
    switch (request->kind) {
    case FOTA_REQUEST_SAVE_CHECKPOINT:
        return save_checkpoint(request->checkpoint);
    case FOTA_REQUEST_SET_BAUD:
        return set_rate(request->argument);
    case FOTA_REQUEST_REOPEN_PORT:
        return true;
    default:
        return false;
    }
}

static void idle(void *board)
{
    (void)board;
    __asm volatile("wfi");
}

const struct bare_hooks board_hooks = {.send = send, .serve = serve, .idle = idle};

/* ---- the debugger's console ---------------------------------------------------------------- */

/* Arm semihosting, "ARM Semihosting" 2.0: operation in r0, argument in r1. */
static void call_debugger(uint32_t operation, uintptr_t argument)
{
    register uint32_t r0 __asm("r0") = operation;
    register uintptr_t r1 __asm("r1") = argument;
    __asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

#define SYS_WRITE0                   0x04u
#define SYS_EXIT                     0x18u
#define ADP_STOPPED_RUNTIME_ERROR    0x20023u
#define ADP_STOPPED_APPLICATION_EXIT 0x20026u

void board_tell(const char *text)
{
    call_debugger(SYS_WRITE0, (uintptr_t)text);
}

void board_exit(bool good)
{
    for (;;)
        call_debugger(SYS_EXIT, good ? ADP_STOPPED_APPLICATION_EXIT : ADP_STOPPED_RUNTIME_ERROR);
}
