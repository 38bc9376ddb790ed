/* lazy.c - dlopen() and dlsym(), with the loader's way to fail. */
#include "harness/lazy/lazy.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_ENVIRONMENT = 4 };

static void fail(void)
{
    static const char name[] = "fotarig: ";
    const char *why = dlerror();

    if (write(STDERR_FILENO, name, sizeof name - 1) < 0 ||
        write(STDERR_FILENO, why, strlen(why)) < 0 || write(STDERR_FILENO, "\n", 1) < 0)
        exit(EXIT_ENVIRONMENT);
    exit(EXIT_ENVIRONMENT);
}

void lazy_load(const char *library, const struct lazy_function *functions, size_t count)
{
    void *handle = dlopen(library, RTLD_LAZY | RTLD_LOCAL);

    if (!handle)
        fail();
    for (size_t i = 0; i < count; i++) {
        void *symbol = dlsym(handle, functions[i].name);
        if (!symbol)
            fail();
        /* ISO C has no cast from void * to a function; POSIX says they are alike (dlsym). */
        memcpy(functions[i].slot, &symbol, sizeof symbol);
    }
}
