/* zip.c - libzip, when the first package is made. */
#include <zip.h>

#include "harness/lazy/lazy.h"

#define FUNCTIONS(X)                                                                               \
    X(int, zip_close, (zip_t * archive), (archive))                                                \
    X(void, zip_discard, (zip_t * archive), (archive))                                             \
    X(const char *, zip_strerror, (zip_t * archive), (archive))                                    \
    X(zip_t *, zip_open_from_source, (zip_source_t * source, int flags, zip_error_t *error),       \
      (source, flags, error))                                                                      \
    X(void, zip_error_init, (zip_error_t * error), (error))                                        \
    X(void, zip_error_fini, (zip_error_t * error), (error))                                        \
    X(const char *, zip_error_strerror, (zip_error_t * error), (error))                            \
    X(zip_int64_t, zip_file_add,                                                                   \
      (zip_t * archive, const char *name, zip_source_t *source, zip_flags_t flags),                \
      (archive, name, source, flags))                                                              \
    X(int, zip_file_set_dostime,                                                                   \
      (zip_t * archive, zip_uint64_t index, zip_uint16_t time, zip_uint16_t date,                  \
       zip_flags_t flags),                                                                         \
      (archive, index, time, date, flags))                                                         \
    X(int, zip_file_set_external_attributes,                                                       \
      (zip_t * archive, zip_uint64_t index, zip_flags_t flags, zip_uint8_t system,                 \
       zip_uint32_t attributes),                                                                   \
      (archive, index, flags, system, attributes))                                                 \
    X(int, zip_set_file_compression,                                                               \
      (zip_t * archive, zip_uint64_t index, zip_int32_t method, zip_uint32_t flags),               \
      (archive, index, method, flags))                                                             \
    X(int, zip_set_archive_comment, (zip_t * archive, const char *comment, zip_uint16_t length),   \
      (archive, comment, length))                                                                  \
    X(zip_source_t *, zip_source_buffer,                                                           \
      (zip_t * archive, const void *data, zip_uint64_t length, int owned),                         \
      (archive, data, length, owned))                                                              \
    X(zip_source_t *, zip_source_buffer_create,                                                    \
      (const void *data, zip_uint64_t length, int owned, zip_error_t *error),                      \
      (data, length, owned, error))                                                                \
    X(void, zip_source_keep, (zip_source_t * source), (source))                                    \
    X(void, zip_source_free, (zip_source_t * source), (source))                                    \
    X(int, zip_source_open, (zip_source_t * source), (source))                                     \
    X(int, zip_source_close, (zip_source_t * source), (source))                                    \
    X(int, zip_source_stat, (zip_source_t * source, zip_stat_t * stat), (source, stat))            \
    X(zip_int64_t, zip_source_read, (zip_source_t * source, void *data, zip_uint64_t length),      \
      (source, data, length))

LAZY_LIBRARY(ZIP_SONAME, FUNCTIONS)
