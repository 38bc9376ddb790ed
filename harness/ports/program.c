/* program.c - words of a command line, and a process group at a socket. */
#include "harness/ports/program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/ports/loop.h"

extern char **environ;

/* ---- words -------------------------------------------------------------------------------- */

/* One word from *command on, without its quotes, to `out`; false: a quote is not closed. */
static bool take_word(const char **command, char **out)
{
    const char *from = *command;
    char quote = '\0';

    for (; *from && (quote || !strchr(" \t", *from)); from++) {
        if (*from == quote) {
            quote = '\0';
        } else if (!quote && (*from == '\'' || *from == '"')) {
            quote = *from;
        } else {
            if (*from == '\\' && quote != '\'' && from[1])
                from++;
            *(*out)++ = *from;
        }
    }
    *(*out)++ = '\0';
    *command = from;
    return quote == '\0';
}

int bench_program_split(struct bench_program *program, const char *command, char *reterr_text,
                        size_t reterr_capacity)
{
    char *out = program->text;
    size_t count = 0;
    bool closed = true;

    program->pid = 0;
    if (strlen(command) >= sizeof program->text) {
        snprintf(reterr_text, reterr_capacity, "the command '%.60s...' is too long", command);
        return -1;
    }
    for (command += strspn(command, " \t"); *command && closed && count < BENCH_PROGRAM_WORDS_MAX;
         command += strspn(command, " \t")) {
        program->words[count++] = out;
        closed = take_word(&command, &out);
    }
    program->words[count] = NULL;
    if (closed && count > 0 && !*command)
        return 0;
    snprintf(reterr_text, reterr_capacity, "%s",
             !closed      ? "a quote of the command is not closed"
             : count == 0 ? "there is no command"
                          : "the command has too many words");
    return -1;
}

/* ---- life --------------------------------------------------------------------------------- */

/* As a shell would start it: no signal ignored or blocked, a group of its own. */
static int spawn(struct bench_program *program, int fd)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t all, none;
    int error;

    sigfillset(&all);
    sigemptyset(&none);
    if (posix_spawn_file_actions_init(&actions))
        return ENOMEM;
    if (posix_spawnattr_init(&attributes)) {
        posix_spawn_file_actions_destroy(&actions);
        return ENOMEM;
    }
    error = posix_spawn_file_actions_adddup2(&actions, fd, STDIN_FILENO);
    error = error ? error : posix_spawn_file_actions_adddup2(&actions, fd, STDOUT_FILENO);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
                                              POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setsigmask(&attributes, &none);
    error = error ? error
                  : posix_spawnp(&program->pid, program->words[0], &actions, &attributes,
                                 program->words, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

int bench_program_start(struct bench_program *program)
{
    int fds[2], error;

    /* Two sockets, not pipes: one descriptor for both ways, and no SIGPIPE for us. */
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds))
        return -1;
    error = spawn(program, fds[1]);
    close(fds[1]);
    if (error == 0 && fcntl(fds[0], F_SETFL, O_NONBLOCK) == 0)
        return fds[0];
    if (error)
        program->pid = 0;
    close(fds[0]);
    errno = error ? error : errno;
    return -1;
}

void bench_program_end(struct bench_program *program, char *text, size_t capacity)
{
    pid_t pid = program->pid;
    int status = 0;

    if (pid <= 0)
        return;
    program->pid = 0;
    /* It may be about to end by itself, and its own status is worth more than our signal. */
    if (!bench_await_process(pid, 20)) {
        kill(-pid, SIGTERM);
        bench_await_process(pid, BENCH_PROGRAM_END_MS);
    }
    /* What is left of the group, before its number may be somebody else's. */
    kill(-pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (WIFEXITED(status))
        snprintf(text, capacity, "the program ended with status %d", WEXITSTATUS(status));
    else
        snprintf(text, capacity, "the program ended by signal %d", WTERMSIG(status));
}
