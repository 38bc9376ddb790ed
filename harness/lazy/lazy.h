/*
 * lazy.h - libraries that are loaded when one of their functions is first called.
 *
 * libyaml, cJSON and libserialport bring further libraries along, whose relocation costs more time
 * than `fotarig sim` needs to answer its first AT, and sim calls none of them. So the program is
 * not linked with them: files of this folder define the functions that the program uses, under
 * their own names and with the prototypes of their headers, and each passes the call on.
 *
 *     #define FUNCTIONS(X) X(void, cJSON_Delete, (cJSON * item), (item))
 *     LAZY_LIBRARY("libcjson.so.1", FUNCTIONS)
 *
 * The name of the library is the one that it had when the program was built (its soname).
 */
#ifndef FOTARIG_HARNESS_LAZY_LAZY_H
#define FOTARIG_HARNESS_LAZY_LAZY_H

#include <stddef.h>

struct lazy_function {
    const char *name;
    void *slot; /* of a pointer to that function */
};

/* Loads the library and finds its functions; ends the program with a message where it cannot, as
   the loader would have done at its start. */
void lazy_load(const char *library, const struct lazy_function *functions, size_t count);

#define LAZY_LIBRARY(library_name, FUNCTIONS)                                                      \
    static struct {                                                                                \
        FUNCTIONS(LAZY_MEMBER_)                                                                    \
        _Bool loaded;                                                                              \
    } lazy;                                                                                        \
    static void lazy_need(void)                                                                    \
    {                                                                                              \
        static const struct lazy_function functions[] = {FUNCTIONS(LAZY_ROW_)};                    \
        if (lazy.loaded)                                                                           \
            return;                                                                                \
        lazy_load(library_name, functions, sizeof(functions) / sizeof(functions[0]));              \
        lazy.loaded = 1;                                                                           \
    }                                                                                              \
    FUNCTIONS(LAZY_DEFINE_)

#define LAZY_MEMBER_(type, name, parameters, arguments) type(*name) parameters;
#define LAZY_ROW_(type, name, parameters, arguments)    {#name, &lazy.name},
#define LAZY_DEFINE_(type, name, parameters, arguments)                                            \
    type name parameters                                                                           \
    {                                                                                              \
        lazy_need();                                                                               \
        return lazy.name arguments;                                                                \
    }

#endif
