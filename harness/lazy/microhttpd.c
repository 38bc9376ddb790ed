/* microhttpd.c - libmicrohttpd, when the first server is started. */
#include "harness/lazy/microhttpd.h"

#include <dlfcn.h>
#include <stddef.h>

const struct lazy_microhttpd *lazy_microhttpd(void)
{
    static struct lazy_microhttpd table;
    static _Bool is_whole;
    void *loaded = is_whole ? NULL : dlopen(MICROHTTPD_SONAME, RTLD_NOW | RTLD_LOCAL);
    if (is_whole)
        return &table;
    if (!loaded)
        return NULL;
#define X(name)                                                                                    \
    *(void **)&table.name = dlsym(loaded, #name);                                                  \
    if (!table.name) {                                                                             \
        dlclose(loaded);                                                                           \
        return NULL;                                                                               \
    }
    LAZY_MICROHTTPD(X)
#undef X
    is_whole = 1;
    return &table;
}
