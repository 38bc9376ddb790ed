/* lazy.c - dlopen() and dlsym(), with the loader's way to fail. */
#include "harness/lazy/lazy.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_ENVIRONMENT = 4 };

static void say(const char *text)
{
    if (write(STDERR_FILENO, text, strlen(text)) < 0)
        exit(EXIT_ENVIRONMENT);
}

/* Without memory, dlerror() answers with bytes that are no text. */
static void fail(const char *library)
{
    const char *why = errno == ENOMEM ? "memory ran out" : dlerror();
    say("fotarig: ");
    say(library);
    say(" can't be loaded: ");
    say(why ? why : "no reason is given");
    say("\n");
    exit(EXIT_ENVIRONMENT);
}

void lazy_load(const char *library, const struct lazy_function *functions, size_t count)
{
    errno = 0;
    void *handle = dlopen(library, RTLD_LAZY | RTLD_LOCAL);
    if (!handle)
        fail(library);
    for (size_t i = 0; i < count; i++) {
        void *symbol = dlsym(handle, functions[i].name);
        if (!symbol)
            fail(library);
        /* ISO C has no cast from void * to a function; POSIX says they are alike (dlsym). */
        memcpy(functions[i].slot, &symbol, sizeof symbol);
    }
}
