/*
 * update.c - updates the module on a serial port.
 *
 * usage: update [--on-sms TEXT] PORT FROM TO URL SIZE CHECKPOINT
 * With --on-sms it first waits until the module has received a message with just this text (FOTA
 * note, session via SMS). The file CHECKPOINT carries an update over a restart of this program.
 * Exit status 0: updated or already current, 1: another outcome, 2: usage, 4: no port.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/example/sms.h"
#include "core/port/checkpoint_file.h"
#include "core/port/posix.h"

static bool serve(void *context, const struct fota_request *request)
{
    return request->kind == FOTA_REQUEST_SAVE_CHECKPOINT &&
           checkpoint_save(context, request->checkpoint);
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
    words += text != NULL ? 3 : 1;
    if (count != (text != NULL ? 9 : 7)) {
        fprintf(stderr, "usage: update [--on-sms TEXT] PORT FROM TO URL SIZE CHECKPOINT\n");
        return 2;
    }
    struct posix_port port = {
        .path = words[0], .baud_bps = 115200, .fd = -1, .serve = serve, .context = words[5]};
    struct fota_job job = {.from_revision = words[1], .to_revision = words[2], .url = words[3]};
    job.package_size_bytes = (uint32_t)strtoul(words[4], NULL, 10);
    struct fota_host host = {.job = &job, .on_event = tell};
    struct fota fota;
    uint8_t checkpoint[FOTA_CHECKPOINT_BYTES];
    const struct fota_result *result;
    if (!posix_open(&port) || (text != NULL && !sms_wait(&port, text))) {
        fprintf(stderr, "update: %s: %s\n", port.path, strerror(errno));
        return 4;
    }
    fota_start(&fota, &host, checkpoint_load(words[5], checkpoint) ? checkpoint : NULL,
               posix_now_us());
    while ((result = posix_step(&port, &fota, &host)) == NULL)
        continue;
    printf("%s %s status=%u attempts=%u revision=%s\n", fota_outcome_name(result->outcome),
           fota_reason_name(result->reason), result->status, result->attempts, result->revision);
    posix_close(&port);
    return result->outcome != FOTA_OUTCOME_UPDATED &&
           result->outcome != FOTA_OUTCOME_ALREADY_CURRENT;
}
