/* support.c - catching what a command prints. */
#include "harness/cli/test/support.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct caught {
    int fd, kept;
    FILE *file;
};

static void begin(struct caught *caught, int fd)
{
    fflush(NULL);
    caught->fd = fd;
    caught->kept = dup(fd);
    caught->file = tmpfile();
    if (caught->kept < 0 || !caught->file || dup2(fileno(caught->file), fd) < 0)
        abort();
}

static void end(struct caught *caught, char *buffer, size_t capacity)
{
    size_t size;

    fflush(NULL);
    dup2(caught->kept, caught->fd);
    close(caught->kept);
    rewind(caught->file);
    size = fread(buffer, 1, capacity - 1, caught->file);
    buffer[size] = '\0';
    fclose(caught->file);
}

int catch_output(int (*function)(void *context), void *context, char *out, size_t out_capacity,
                 char *err, size_t err_capacity)
{
    struct caught caught_out, caught_err;
    int status;

    begin(&caught_out, STDOUT_FILENO);
    begin(&caught_err, STDERR_FILENO);
    status = function(context);
    end(&caught_err, err, err_capacity);
    end(&caught_out, out, out_capacity);
    return status;
}

int split_words(char *line, char **argv)
{
    int argc = 0;

    while (*(line += strspn(line, " ")) && argc < 31) {
        argv[argc++] = line;
        line += strcspn(line, " ");
        if (*line)
            *line++ = '\0';
    }
    argv[argc] = NULL;
    return argc;
}
