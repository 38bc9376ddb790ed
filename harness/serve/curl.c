/* curl.c - libcurl by its ABI name, which all versions since 2006 share. */
#include "harness/serve/curl.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <string.h>

static const char library_name[] = "libcurl.so.4";

static bool find(void *library, const char *name, void *ret_function, size_t size)
{
    void *symbol = dlsym(library, name);

    /* ISO C has no cast from void * to a function; POSIX says they are alike (dlsym). */
    memcpy(ret_function, &symbol, size);
    return symbol != NULL;
}

const struct bench_curl *bench_curl_load(void)
{
    static struct bench_curl curl;
    static bool loaded;
    void *library;

    if (loaded)
        return &curl;
    library = dlopen(library_name, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return NULL;
    loaded = true;
#define X(name) loaded = loaded && find(library, "curl_" #name, &curl.name, sizeof(curl.name));
    BENCH_CURL_FUNCTIONS(X)
#undef X
    return loaded ? &curl : NULL;
}
