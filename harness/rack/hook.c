/* hook.c - a hook's process: started without a shell, read, watched, and ended with its children.
 */
#include "harness/rack/hook.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    LOOK_MS = 20, /* between two looks at a program that has closed its output and goes on */
    VARIABLES_MAX = 16,
    VARIABLE_MAX = 1200
};

static uint64_t clock_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static const struct rack_hook *hook_of(const struct rack_hook_run *run)
{
    return &run->call->slot->hooks[run->call->kind];
}

static void fail(struct rack_hook_run *run, const char *what)
{
    run->state = RACK_HOOK_FAILED;
    snprintf(run->text, sizeof run->text, "hook '%s' of slot %s (%.100s): %s",
             rack_hook_name(run->call->kind), run->call->slot->name, hook_of(run)->words[0], what);
}

/* ---- start ----------------------------------------------------------------------------------- */

struct environment {
    char text[VARIABLES_MAX][VARIABLE_MAX];
    char *list[VARIABLES_MAX + 1];
    size_t count;
};

static void add(struct environment *environment, const char *name, const char *value)
{
    if (!value || environment->count == VARIABLES_MAX)
        return;
    char *text = environment->text[environment->count];
    snprintf(text, VARIABLE_MAX, "%s=%s", name, value);
    environment->list[environment->count++] = text;
}

static void fill(struct environment *environment, const struct rack_call *call)
{
    static const char *const passed_on[] = {"PATH", "HOME", "LANG", "TZ"};
    *environment = (struct environment){0};
    for (size_t i = 0; i < sizeof passed_on / sizeof passed_on[0]; i++)
        add(environment, passed_on[i], getenv(passed_on[i]));
    add(environment, "FOTA_SLOT", call->slot->name);
    add(environment, "FOTA_PORT", call->port);
    add(environment, "FOTA_CASE", call->case_name);
    add(environment, "FOTA_OUT", call->out);
    add(environment, "FOTA_SEED", call->seed);
    add(environment, "FOTA_REVISION", call->revision);
}

/* In the child: what the program is, and nothing of ours but its three descriptors. */
static void become(const struct rack_hook_run *run, char *const *words,
                   struct environment *environment, int output)
{
    sigset_t none;
    int empty = open("/dev/null", O_RDONLY);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    setpgid(0, 0);
    if (empty < 0 || dup2(empty, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0)
        _exit(126);
    extern char **environ;
    environ = environment->list;
    execvp(words[0], words);
    dprintf(STDERR_FILENO, "%s: %s\n", hook_of(run)->words[0], strerror(errno));
    _exit(127);
}

static bool spawn(struct rack_hook_run *run)
{
    const struct rack_hook *hook = hook_of(run);
    const struct rack_call *call = run->call;
    struct environment environment;
    char *words[66]; /* 62 of the file, action, slot, argument, NULL */
    size_t count = 0;
    int ends[2];

    for (; count < hook->word_count; count++)
        words[count] =
            (char *)(uintptr_t)hook->words[count]; /* exec takes it so, and changes none */
    words[count++] = (char *)(uintptr_t)rack_hook_name(call->kind);
    words[count++] = (char *)(uintptr_t)call->slot->name;
    if (call->argument)
        words[count++] = (char *)(uintptr_t)call->argument;
    words[count] = NULL;
    fill(&environment, call);
    if (pipe(ends) != 0)
        return false;
    for (int i = 0; i < 2; i++)
        fcntl(ends[i], F_SETFD, FD_CLOEXEC);
    run->pid = fork();
    if (run->pid == 0)
        become(run, words, &environment, ends[1]);
    int problem = errno;
    close(ends[1]);
    if (run->pid < 0) {
        close(ends[0]);
        run->pid = 0;
        errno = problem;
        return false;
    }
    setpgid(run->pid, run->pid); /* whoever is first */
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    run->output_fd = ends[0];
    run->calls++;
    return true;
}

bool rack_hook_start(struct rack_hook_run *run, const struct rack_call *call)
{
    *run = (struct rack_hook_run){.call = call, .output_fd = -1, .began_us = clock_us()};
    run->state = RACK_HOOK_RUNNING;
    if (spawn(run))
        return true;
    char what[128];
    snprintf(what, sizeof what, "cannot be started: %s", strerror(errno));
    fail(run, what);
    return false;
}

/* ---- end ------------------------------------------------------------------------------------- */

/* Keeps the last bytes; what is no text is made visible when it is reported. */
static void keep(struct rack_hook_run *run, const char *bytes, size_t size)
{
    if (size > RACK_OUTPUT_MAX) {
        bytes += size - RACK_OUTPUT_MAX;
        size = RACK_OUTPUT_MAX;
    }
    if (run->output_size + size > RACK_OUTPUT_MAX) {
        size_t gone = run->output_size + size - RACK_OUTPUT_MAX;
        memmove(run->output, run->output + gone, run->output_size - gone);
        run->output_size -= gone;
    }
    memcpy(run->output + run->output_size, bytes, size);
    run->output_size += size;
    run->output[run->output_size] = '\0';
}

/* Takes what is there, a bounded amount: a program that floods is not waited for. */
static void take_output(struct rack_hook_run *run)
{
    char bytes[4096];
    for (int i = 0; i < 64 && run->output_fd >= 0; i++) {
        ssize_t size = read(run->output_fd, bytes, sizeof bytes);
        if (size > 0)
            keep(run, bytes, (size_t)size);
        else if (size == 0 || (errno != EAGAIN && errno != EINTR)) {
            close(run->output_fd);
            run->output_fd = -1;
        } else {
            return;
        }
    }
}

/* What is left of its process group goes with it. */
static void bury(struct rack_hook_run *run)
{
    kill(-run->pid, SIGKILL);
    run->pid = 0;
    take_output(run);
    if (run->output_fd >= 0)
        close(run->output_fd);
    run->output_fd = -1;
}

static void ended(struct rack_hook_run *run, int status)
{
    char what[128];
    bool was_late = run->term_at_us > 0;
    bury(run);
    if (was_late) {
        snprintf(what, sizeof what, "took longer than its %.1f s, and was ended",
                 (double)hook_of(run)->limit_us / 1e6);
        fail(run, what);
    } else if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        run->state = RACK_HOOK_DONE;
    } else if (WIFEXITED(status) && WEXITSTATUS(status) == RACK_BUSY_STATUS) {
        run->retry_at_us = clock_us() + RACK_BUSY_PAUSE_MS * UINT64_C(1000);
    } else {
        if (WIFSIGNALED(status))
            snprintf(what, sizeof what, "was ended by signal %d", WTERMSIG(status));
        else
            snprintf(what, sizeof what, "exit status %d", WEXITSTATUS(status));
        fail(run, what);
    }
}

/* Between two calls of a program that was busy. */
static void call_again(struct rack_hook_run *run)
{
    uint64_t now_us = clock_us();
    if (now_us - run->began_us >= hook_of(run)->limit_us) {
        fail(run, "was busy (exit status 75) until its time was over");
        return;
    }
    if (now_us < run->retry_at_us)
        return;
    run->retry_at_us = 0;
    if (!spawn(run))
        fail(run, "cannot be started again");
}

static void watch_time(struct rack_hook_run *run)
{
    uint64_t now_us = clock_us();
    if (!run->term_at_us && now_us - run->began_us >= hook_of(run)->limit_us) {
        kill(-run->pid, SIGTERM);
        run->term_at_us = now_us;
    } else if (run->term_at_us && now_us - run->term_at_us >= RACK_TERM_GRACE_MS * UINT64_C(1000)) {
        kill(-run->pid, SIGKILL);
    }
}

enum rack_hook_state rack_hook_poll(struct rack_hook_run *run)
{
    int status;
    if (run->state != RACK_HOOK_RUNNING)
        return run->state;
    if (!run->pid) {
        call_again(run);
        return run->state;
    }
    take_output(run);
    if (waitpid(run->pid, &status, WNOHANG) == run->pid)
        ended(run, status);
    else
        watch_time(run);
    return run->state;
}

enum rack_hook_state rack_hook_wait(struct rack_hook_run *run, bool (*stopped)(void))
{
    while (rack_hook_poll(run) == RACK_HOOK_RUNNING) {
        struct pollfd end = {.fd = run->output_fd, .events = POLLIN};
        if (stopped && stopped()) {
            rack_hook_kill(run);
            break;
        }
        poll(&end, run->output_fd >= 0, LOOK_MS);
    }
    return run->state;
}

void rack_hook_kill(struct rack_hook_run *run)
{
    if (run->state != RACK_HOOK_RUNNING)
        return;
    if (run->pid) {
        pid_t pid = run->pid;
        kill(-pid, SIGTERM);
        for (int i = 0; i < 25 && waitpid(pid, NULL, WNOHANG) == 0; i++)
            poll(NULL, 0, LOOK_MS);
        bury(run);
        waitpid(pid, NULL, WNOHANG);
    }
    fail(run, "was ended early");
}
