/* checkpoint_file.c - checkpoints in a file: written beside the old one, which it replaces. */
#define _POSIX_C_SOURCE 200809L /* fileno() with -std=c11, too */

#include <stdio.h>
#include <unistd.h>

#include "core/port/checkpoint_file.h"

bool checkpoint_save(const char *path, const uint8_t *checkpoint)
{
    char beside[4096];
    int length = snprintf(beside, sizeof beside, "%s.new", path);
    FILE *file = length < (int)sizeof beside ? fopen(beside, "wb") : NULL;
    if (file == NULL)
        return false;
    bool good = fwrite(checkpoint, FOTA_CHECKPOINT_BYTES, 1, file) == 1 && fflush(file) == 0 &&
                fsync(fileno(file)) == 0;
    return fclose(file) == 0 && good && rename(beside, path) == 0;
}

bool checkpoint_load(const char *path, uint8_t *checkpoint)
{
    FILE *file = fopen(path, "rb");
    bool good = file != NULL && fread(checkpoint, FOTA_CHECKPOINT_BYTES, 1, file) == 1;
    if (file != NULL)
        fclose(file);
    return good;
}
