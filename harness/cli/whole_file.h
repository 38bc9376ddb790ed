/* whole_file.h - a whole file in memory; locks. What is written goes through reports/file.h. */
#ifndef FOTARIG_HARNESS_CLI_WHOLE_FILE_H
#define FOTARIG_HARNESS_CLI_WHOLE_FILE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Reads a file of at most `limit` bytes; NULL with errno set (EFBIG: it is larger). To be freed
 * with cli_file_free().
 */
uint8_t *cli_file_read(const char *path, size_t limit, size_t *ret_size);
void cli_file_free(const uint8_t *bytes);

/*
 * Makes this process the only one that uses a file: a lock on PATH.lock beside it, since the file
 * itself is replaced. The system drops it with the process, however that ends. Returns a descriptor
 * for cli_file_unlock(), or -1 with errno set; EAGAIN: *ret_holder is the process that has it, 0 =
 * not known.
 */
int cli_file_lock(const char *path, long *ret_holder);
void cli_file_unlock(const char *path, int lock);

#endif
