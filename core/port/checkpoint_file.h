/* checkpoint_file.h - checkpoints in a file, for ports that have files. */
#ifndef FOTARIG_CORE_PORT_CHECKPOINT_FILE_H
#define FOTARIG_CORE_PORT_CHECKPOINT_FILE_H

#include "core/fota.h"

/* Writes the checkpoint beside the file of this name and puts it in its place, so that a loss of
 * power leaves the old one or the new one. False: it could not be stored, the old one is there. */
bool checkpoint_save(const char *path, const uint8_t *checkpoint);

/* Reads FOTA_CHECKPOINT_BYTES bytes; false when there are none. */
bool checkpoint_load(const char *path, uint8_t *checkpoint);

#endif
