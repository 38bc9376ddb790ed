/*
 * support_situations.h - clients in the middle of their work: copies of a client for each step that
 * it stands in, taken on its way with scripted modules (support.h).
 */
#ifndef FOTARIG_CORE_TEST_SUPPORT_SITUATIONS_H
#define FOTARIG_CORE_TEST_SUPPORT_SITUATIONS_H

#include "core/test/support_watch.h"

#define SITUATIONS_MAX 400u

struct situation {
    const char *way; /* that led here */
    uint64_t now_us;
    struct fota fota;
    struct fota_job job;
    struct watch watch; /* of all that went before */
};

/* Goes all ways; fills `situations` with the first of each step and kind of waiting. Returns how
 * many there are. Fails when a way comes to no end. */
size_t situations_take(struct situation *situations);

/* What the step waits for there, "" = just for its answer: ", repeated", ", prompted", ... */
const char *situation_waiting(const struct situation *situation);

#endif
