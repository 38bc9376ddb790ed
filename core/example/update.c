/*
 * update.c - updates the module on a serial port.
 *
 * usage: update [--on-sms TEXT] PORT FROM TO URL SIZE [CHECKPOINT]
 *
 * With --on-sms it first waits until the module has received a message with just this text (FOTA
 * note, session via SMS). The file CHECKPOINT carries an update over a restart of this program.
 * Exit status 0: updated or already current, 1: another outcome, 2: usage, 4: no port.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/example/sms.h"
#include "core/port/posix.h"

/* Whole or not at all, also when the power goes: written beside the old one, which it replaces. */
static bool save(void *context, const struct fota_request *request)
{
    const char *path = context;
    char beside[4096];
    if (request->kind != FOTA_REQUEST_SAVE_CHECKPOINT)
        return false;
    if (path == NULL)
        return true;
    int length = snprintf(beside, sizeof beside, "%s.new", path);
    FILE *file = length < (int)sizeof beside ? fopen(beside, "wb") : NULL;
    if (file == NULL)
        return false;
    bool good = fwrite(request->checkpoint, FOTA_CHECKPOINT_BYTES, 1, file) == 1;
    return fclose(file) == 0 && good && rename(beside, path) == 0;
}

static bool load(const char *path, uint8_t *checkpoint)
{
    FILE *file = path != NULL ? fopen(path, "rb") : NULL;
    bool good = file != NULL && fread(checkpoint, FOTA_CHECKPOINT_BYTES, 1, file) == 1;
    if (file != NULL)
        fclose(file);
    return good;
}

static void tell(void *context, uint64_t now_us, const struct fota_event *event)
{
    (void)context;
    if (event->kind == FOTA_EVENT_STATE)
        fprintf(stderr, "%8.3f s  %s\n", (double)now_us / 1e6, fota_state_name(event->b));
}

int main(int count, char **words)
{
    const char *text = count > 2 && strcmp(words[1], "--on-sms") == 0 ? words[2] : NULL;
    int skip = text != NULL ? 2 : 0;
    if (count - skip < 6 || count - skip > 7)
        return fprintf(stderr, "usage: update [--on-sms TEXT] PORT FROM TO URL SIZE "
                               "[CHECKPOINT]\n"),
               2;
    words += skip;
    struct fota_job job = {.from_revision = words[2],
                           .to_revision = words[3],
                           .url = words[4],
                           .package_size_bytes = (uint32_t)strtoul(words[5], NULL, 10)};
    struct posix_port port = {.path = words[1],
                              .baud_bps = 115200,
                              .fd = -1,
                              .serve = save,
                              .context = words[6]}; /* NULL without it: the list ends there */
    struct fota_host host = {&job, tell, NULL};
    struct fota fota;
    uint8_t checkpoint[FOTA_CHECKPOINT_BYTES];
    const struct fota_result *result = NULL;
    if (!posix_open(&port) || (text != NULL && !sms_wait(&port, text)))
        return fprintf(stderr, "update: %s: %s\n", port.path, strerror(errno)), 4;
    fota_start(&fota, &host, load(words[6], checkpoint) ? checkpoint : NULL, posix_now_us());
    while (result == NULL)
        result = posix_step(&port, &fota, &host);
    printf("%s %s status=%u attempts=%u revision=%s\n", fota_outcome_name(result->outcome),
           fota_reason_name(result->reason), result->status, result->attempts, result->revision);
    posix_close(&port);
    return result->outcome != FOTA_OUTCOME_UPDATED &&
           result->outcome != FOTA_OUTCOME_ALREADY_CURRENT;
}
