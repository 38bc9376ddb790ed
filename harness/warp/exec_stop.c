/* exec_stop.c - a new program must not find the vDSO: with it, it would read the clock by itself.
 */
#include "harness/warp/internal.h"

#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

enum { WORDS = 512, STACK_WORDS_MAX = 1 << 18 };

/* A window on the new stack. */
struct stack {
    struct warp *warp;
    const struct warp_thread *thread;
    uint64_t at;
    uint64_t words[WORDS];
};

static bool word(struct stack *stack, uint64_t address, uint64_t *ret_word)
{
    if (address < stack->at || address >= stack->at + sizeof stack->words) {
        /* The last page of the stack may not be whole: a window ends with its page. */
        size_t size = 4096 - address % 4096;
        stack->at = address;
        memset(stack->words, 0, sizeof stack->words);
        if (!warp_read_memory(stack->warp, stack->thread, address, stack->words, size))
            return false;
    }
    *ret_word = stack->words[(address - stack->at) / 8];
    return true;
}

/* The address of the auxiliary vector: behind the arguments and the environment. */
static uint64_t find_vector(struct stack *stack, uint64_t pointer)
{
    uint64_t value, address = pointer;
    if (!word(stack, pointer, &value) || value > STACK_WORDS_MAX)
        return 0;
    address += 8 * (value + 2);
    do {
        if (!word(stack, address, &value))
            return 0;
        address += 8;
    } while (value && address - pointer < 8 * (uint64_t)STACK_WORDS_MAX);
    return address;
}

/* Its 16 random bytes are an input like the others. */
static void set_random(struct stack *stack, uint64_t address)
{
    static const char bytes[16] = "fotarig, always";
    warp_write_memory(stack->warp, stack->thread, address, bytes, sizeof bytes);
}

static void hide_vdso(struct warp *warp, const struct warp_thread *thread, uint64_t pointer)
{
    static const uint64_t ignore = AT_IGNORE;
    struct stack stack = {.warp = warp, .thread = thread};
    uint64_t kind, value, at = find_vector(&stack, pointer);
    for (unsigned i = 0; at && i < 64; i++, at += 16) {
        if (!word(&stack, at, &kind) || kind == AT_NULL)
            return;
        if (kind == AT_SYSINFO_EHDR)
            warp_write_memory(warp, thread, at, &ignore, sizeof ignore);
        if (kind == AT_RANDOM && word(&stack, at + 8, &value))
            set_random(&stack, value);
    }
}

static uint64_t stack_pointer(pid_t tid)
{
    struct user_regs_struct registers = {0};
    struct iovec room = {&registers, sizeof registers};
    if (ptrace(PTRACE_GETREGSET, tid, NT_PRSTATUS, &room))
        return 0;
    return registers.rsp;
}

static int await(pid_t tid)
{
    int status = 0;
    while (waitpid(tid, &status, __WALL) < 0)
        if (errno != EINTR)
            return -1;
    return status;
}

/*
 * It is seized and told to stop before it is let go: so it stops in any case, in the exec that was
 * done, or on its way back from the one that failed.
 */
bool warp_exec(struct warp *warp, struct warp_thread *thread)
{
    pid_t tid = thread->tid, pid = warp_process_of(warp, thread)->pid;
    long options = PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
    bool renewed = false;
    if (ptrace(PTRACE_SEIZE, tid, 0, options)) {
        warp_trouble(warp, WARP_TROUBLE,
                     "the program can't be stopped where it begins (ptrace: %s); is a debugger on "
                     "it, or does this machine forbid it (kernel.yama.ptrace_scope, a container)?",
                     strerror(errno));
        return false;
    }
    ptrace(PTRACE_INTERRUPT, tid, 0, 0);
    if (!warp_send_let(warp, thread))
        return false;
    /* A thread that is not the first one of its process gets the process's number. */
    int status = await(tid);
    if (tid != pid && status >= 0 && !WIFSTOPPED(status)) {
        tid = pid;
        status = await(tid);
    }
    while (status >= 0 && WIFSTOPPED(status)) {
        int event = status >> 16;
        if (event == PTRACE_EVENT_EXEC) {
            thread->tid = pid;
            hide_vdso(warp, thread, stack_pointer(tid));
            renewed = true;
        }
        ptrace(PTRACE_DETACH, tid, 0, event || WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status));
        break;
    }
    return renewed;
}
