/*
 * library_client.h - what a shared object offers so that `fotarig run --host lib:FILE.so` can play
 * any day to the update client in it, in virtual time and in the bench's own process. Plain C and
 * C++; it includes nothing of the project.
 *
 * The object exports one function, fotarig_client(), which returns a table. The bench loads the
 * object anew for each start of the client, so that its static variables are as after a power-up.
 * It may allocate, but neither block nor wait: time is an argument, in microseconds, and only
 * rises. One client is there at a time, and all calls come from one thread.
 *
 *     start -> receive, transmit, advance, request -> answer | give ... -> result is true -> end
 */
#ifndef FOTARIG_HARNESS_BENCH_LIBRARY_CLIENT_H
#define FOTARIG_HARNESS_BENCH_LIBRARY_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FOTARIG_CLIENT_VERSION   1u
#define FOTARIG_CHECKPOINT_BYTES 32u
#define FOTARIG_NEVER            UINT64_MAX

/* Of those who embed the project's core (core/fota.h); others need not know them. */
struct fota;
struct fota_event;
struct fota_job;

/* What is to be done; texts live until end(). A text that the job does not name is "", a number 0.
 */
struct fotarig_job {
    const char *url;           /* of the package; "" with delivery push */
    const char *delivery;      /* "http", "push", "ftp" */
    const char *from_revision; /* that runs now */
    const char *to_revision;   /* that the package makes of it */
    const char *model;         /* as AT+CGMM prints it */
    const char *apn;
    uint32_t package_size_bytes;
    uint32_t package_crc32;      /* as in zip */
    uint32_t baud_bps;           /* of the port */
    uint32_t deadline_s;         /* within which the job is to end */
    const char *json;            /* all of it, as FOTA_JOB of harness/example/README.md */
    const struct fota_job *core; /* all of it, as the core has it */
};

/* What the client may call; `bench` is given with each call. */
struct fotarig_host {
    void *bench;
    /* A line for people, without a line end; it stands in the journal. */
    void (*log)(void *bench, const char *text);
    /* fota_host.on_event of those who embed the core, with `bench` as its context. */
    void (*core_event)(void *bench, uint64_t now_us, const struct fota_event *event);
};

/* What a board can be asked for; the numbers are those of enum fota_request_kind. */
enum fotarig_request_kind {
    FOTARIG_NOTHING = 0,
    FOTARIG_SAVE_CHECKPOINT =
        1,                    /* keep .checkpoint: start() gets it after a restart of the board */
    FOTARIG_PWRKEY_PULSE = 2, /* pull PWRKEY low for .argument milliseconds */
    FOTARIG_POWER_CYCLE = 3,  /* cut the module's supply for .argument milliseconds */
    FOTARIG_SET_BAUD = 4,     /* the port's rate is .argument bits per second from now on */
    FOTARIG_REOPEN_PORT = 5,  /* close and open the port */
    FOTARIG_GIVE_BYTES = 6    /* give() .length bytes of the package from .argument on */
};

struct fotarig_request {
    uint32_t kind; /* enum fotarig_request_kind */
    uint32_t argument;
    uint32_t length;
    uint8_t checkpoint[FOTARIG_CHECKPOINT_BYTES];
};

/* The table. Functions marked with * may be NULL. */
struct fotarig_client {
    uint32_t version; /* FOTARIG_CLIENT_VERSION */
    /* 0; of a client that is the core: sizeof (struct fota), and core() is there. It must be the
       core of the same release. */
    uint32_t core_bytes;

    /*
     * Begins the job. `checkpoint`: the last that was kept in this case, NULL: a fresh start. The
     * result is given with all other calls; NULL: the client can't.
     */
    void *(*start)(const struct fotarig_job *job, const struct fotarig_host *host,
                   const uint8_t *checkpoint, uint64_t now_us);
    /* * The client is not called any more: it is over, or its board has restarted. */
    void (*end)(void *client);
    /* Bytes from the module; any split will do. */
    void (*receive)(void *client, const void *bytes, size_t size, uint64_t now_us);
    /* Writes up to `capacity` bytes for the module; returns how many, 0 = nothing now. */
    size_t (*transmit)(void *client, void *buffer, size_t capacity, uint64_t now_us);
    /* Time has passed. Returns when to be called again, FOTARIG_NEVER = when bytes come. */
    uint64_t (*advance)(void *client, uint64_t now_us);
    /* True when the job is over. *ret_outcome is what the client says of its end: "updated",
       "already-current", "refused", "download-failed", "update-failed", "degraded",
       "needs-service", "cancelled"; NULL = nothing. */
    bool (*result)(const void *client, const char **ret_outcome);

    /* * What the board shall do; false = nothing. Asked again until it is answered. */
    bool (*request)(const void *client, struct fotarig_request *ret_request);
    /* * It was done, or refused; with request. */
    void (*answer)(void *client, bool done, uint64_t now_us);
    /* * Bytes of the package, in answer to GIVE_BYTES; 0 = there are none. */
    void (*give)(void *client, const void *bytes, size_t size, uint64_t now_us);
    /* * It will be done, later. */
    void (*later)(void *client, uint64_t now_us);
    /* * The job is called off. */
    void (*cancel)(void *client, uint64_t now_us);
    /* * The core within. */
    const struct fota *(*core)(const void *client);
};

#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
const struct fotarig_client *
fotarig_client(void);

#ifdef __cplusplus
}
#endif

#endif
