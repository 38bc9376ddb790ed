/*
 * download.h - the transfer engine as a value: one transfer at a time into a file. HTTPTOFS
 * (AT106 9.2.14, 9.2.15) is what it was made for; FTP*, HTTP* and SH* are its other users. All
 * zero is idle. The functions are in sim/internal.h.
 */
#ifndef FOTARIG_SIM_DOWNLOAD_H
#define FOTARIG_SIM_DOWNLOAD_H

#include <stdint.h>

#ifdef __cplusplus
#define _Static_assert static_assert
extern "C" {
#endif

/* X(NAME): what the download is at, and so what its timer means. */
#define SIM_DOWNLOAD_STATES(X)                                                                     \
    X(IDLE)                                                                                        \
    X(ANSWER)  /* OK is due */                                                                     \
    X(ASK)     /* the surroundings were asked; the timer is the attempt's timeout */               \
    X(BODY)    /* bytes arrive at http-rate */                                                     \
    X(STALLED) /* bytes have stopped; the timer is the attempt's timeout */                        \
    X(FAIL)    /* ends with an error code when the timer is due */

enum sim_download_state {
#define X(name) SIM_DOWNLOAD_##name,
    SIM_DOWNLOAD_STATES(X)
#undef X
        SIM_DOWNLOAD_STATE_COUNT
};

/*
 * X(NAME): whose transfer it is, and so which network it needs, where the body goes and how its
 * end is told.
 */
#define SIM_TRANSFERS(X)                                                                           \
    X(HTTPTOFS)                                                                                    \
    X(FTP_FILE) /* FTPEXTGET=2 */                                                                  \
    X(FTP_RAM)  /* FTPEXTGET=1 */                                                                  \
    X(FTP_GET)                                                                                     \
    X(FTP_SIZE)                                                                                    \
    X(HTTP) /* HTTPACTION */                                                                       \
    X(SH)   /* SHREQ */                                                                            \
    X(FTP_PUT)                                                                                     \
    X(FTP_DELETE)                                                                                  \
    X(FTP_MAKE)                                                                                    \
    X(FTP_REMOVE)                                                                                  \
    X(FTP_LIST)                                                                                    \
    X(FTP_RENAME)                                                                                  \
    X(FTP_TIME)                                                                                    \
    X(FTP_ETGET)

enum sim_transfer {
#define X(name) SIM_TRANSFER_##name,
    SIM_TRANSFERS(X)
#undef X
        SIM_TRANSFER_COUNT
};

enum { SIM_DOWNLOAD_URL = 512, SIM_DOWNLOAD_PATH = 64 };

struct sim_download {
    uint64_t body_at_us;         /* the first byte of the body arrives */
    uint64_t due_at_us;          /* the state ends; in BODY: unless more of the body comes */
    uint64_t refused_at_us;      /* code 604 of another HTTPTOFS is due, 0 = none */
    uint32_t rate_bytes_per_s;   /* at which the body arrives */
    uint32_t offered_bytes;      /* of the body, by the surroundings so far */
    uint32_t total_bytes;        /* told by the server, 0 = not known */
    uint32_t current_bytes;      /* while no body runs */
    uint32_t short_bytes;        /* HTTP_SHORT: the body ends there */
    uint32_t marked_bytes;       /* the last mark that the HTTP_BYTE hook was called for */
    uint16_t job;                /* number of the attempt that the surroundings serve */
    uint16_t timeout_s;          /* of one attempt */
    uint16_t status;             /* of the server, 0 = none came */
    uint16_t code;               /* that the body ends with, 0 = complete */
    uint16_t forced_code;        /* HTTP_RESULT, 0 = none */
    uint16_t blob;               /* whole body, or SIM_EXTENT_IN_STORE */
    uint8_t state;               /* enum sim_download_state */
    uint8_t wanted;              /* 1: not yet fetched with sim_http_wanted() */
    uint8_t ended;               /* 1: the surroundings have given the whole body */
    uint8_t full;                /* 1: the flash had no room */
    uint8_t attempts_left;       /* that may follow this one */
    uint8_t shorten;             /* 1: short_bytes counts */
    uint8_t file;                /* index + 1 of the target, 0 = none */
    uint8_t directory;           /* of the target */
    uint8_t transfer;            /* enum sim_transfer */
    uint8_t method;              /* enum sim_http_method */
    uint16_t written_blocks;     /* of flash, of the body; each was one write (flash.c) */
    uint32_t tofs_current_bytes; /* HTTPTOFSRL, of the last HTTPTOFS that has ended */
    uint32_t tofs_total_bytes;   /* the same */
    uint64_t
        settled_at_us;   /* http-size-lag: the file of the last result reads 0 bytes until then */
    uint32_t from_bytes; /* of the server's file: the body begins there */
    uint8_t lagging;     /* index + 1 of that file, 0 = none */
    uint8_t follow;      /* enum sim_follow */
    uint8_t tofs_was;    /* 1: an HTTPTOFS has ended since the start */
    uint8_t networks;    /* http-empty-networks: opened since the start, one more at most */
    char url[SIM_DOWNLOAD_URL];   /* with NUL */
    char path[SIM_DOWNLOAD_PATH]; /* where the body goes, with NUL; "" = a hidden file of RAM */
};

_Static_assert(sizeof(struct sim_download) == 96 + SIM_DOWNLOAD_URL + SIM_DOWNLOAD_PATH,
               "padding in struct sim_download");

#ifdef __cplusplus
}
#endif

#endif
