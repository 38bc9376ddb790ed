/*
 * net.h - what the files of the IP services share: SAPBR bearers, texts that commands set, FTP*,
 * HTTP*, SH*, CIP*. The state is small: texts, bodies and received bytes lie in hidden files of the
 * store, which every restart deletes (all of it is NO_SAVE).
 */
#ifndef FOTARIG_SIM_SERVICES_NET_H
#define FOTARIG_SIM_SERVICES_NET_H

#include "sim/frame.h"

/* Hidden files; a name that holds '/' can't be a user's. */
#define SIM_TEXTS_FILE   "/texts"
#define SIM_FTP_BODY     "/ftp"
#define SIM_HTTP_BODY    "/http"
#define SIM_HTTP_UPLOAD  "/httpdata"
#define SIM_SH_BODY      "/sh"
#define SIM_SH_UPLOAD    "/shbod"
#define SIM_MQTT_PAYLOAD "/smpub"
#define SIM_FTP_UPLOAD   "/ftpput"
#define SIM_LIST_FILE    "/clist"

/* sim_ftp.mode: what became of the bytes in RAM. */
enum sim_ftp_mode {
    SIM_FTP_CLOSED,
    SIM_FTP_IN_RAM,  /* FTPEXTGET=3 reads them */
    SIM_FTP_READING, /* FTPGET=2, FTPLIST=2 read them */
    SIM_FTP_WRITING, /* FTPPUT=2 adds to them */
    SIM_FTP_ESCAPED, /* FTPETPUT=2 adds to them */
    SIM_FTP_OPENING  /* a session to be read; nothing has come yet */
};

/* ---- texts.c ------------------------------------------------------------------------------- */

/* X(NAME): texts that a command sets and a restart forgets; those of SHCONF, SHAHEAD and SHPARA
   stay (AUTO_SAVE). */
#define SIM_TEXTS(X)                                                                               \
    X(FTP_SERVER)                                                                                  \
    X(FTP_USER)                                                                                    \
    X(FTP_PASSWORD)                                                                                \
    X(FTP_NAME)                                                                                    \
    X(FTP_PATH)                                                                                    \
    X(FTP_TYPE)                                                                                    \
    X(BEARER_CONTYPE_1)                                                                            \
    X(BEARER_CONTYPE_2)                                                                            \
    X(BEARER_CONTYPE_3)                                                                            \
    X(BEARER_APN_1)                                                                                \
    X(BEARER_APN_2)                                                                                \
    X(BEARER_APN_3)                                                                                \
    X(BEARER_USER_1)                                                                               \
    X(BEARER_USER_2)                                                                               \
    X(BEARER_USER_3)                                                                               \
    X(BEARER_PASSWORD_1)                                                                           \
    X(BEARER_PASSWORD_2)                                                                           \
    X(BEARER_PASSWORD_3)                                                                           \
    X(HTTP_CID)                                                                                    \
    X(HTTP_URL)                                                                                    \
    X(HTTP_AGENT)                                                                                  \
    X(HTTP_PROXY)                                                                                  \
    X(HTTP_PORT)                                                                                   \
    X(HTTP_REDIRECT)                                                                               \
    X(HTTP_BREAK)                                                                                  \
    X(HTTP_CONTENT)                                                                                \
    X(HTTP_TIMEOUT)                                                                                \
    X(HTTP_DATA)                                                                                   \
    X(SH_URL)                                                                                      \
    X(SH_TIMEOUT)                                                                                  \
    X(SH_BODYLEN)                                                                                  \
    X(SH_HEADERLEN)                                                                                \
    X(SH_IPVER)                                                                                    \
    X(TASK_APN)                                                                                    \
    X(TASK_USER)                                                                                   \
    X(TASK_PASSWORD)                                                                               \
    X(RESOLVE)                                                                                     \
    X(PING)                                                                                        \
    X(SOCKET_0)                                                                                    \
    X(SOCKET_1)                                                                                    \
    X(SOCKET_2)                                                                                    \
    X(SOCKET_3)                                                                                    \
    X(SOCKET_4)                                                                                    \
    X(SOCKET_5)                                                                                    \
    X(SOCKET_6)                                                                                    \
    X(SOCKET_7)                                                                                    \
    X(SOCKET_8)                                                                                    \
    X(SOCKET_9)                                                                                    \
    X(FTP_PUT_NAME)                                                                                \
    X(FTP_PUT_PATH)                                                                                \
    X(FTP_PUT_OPTION)                                                                              \
    X(SH_HEADERS)                                                                                  \
    X(SH_PARAMETERS)

enum sim_text {
#define X(name) SIM_TEXT_##name,
    SIM_TEXTS(X)
#undef X
        SIM_TEXT_COUNT
};

/* A text at most, with NUL. */
enum { SIM_TEXT_SIZE = 512 };

/* Sets a text; length 0 forgets it. False: there is no room, or the power was cut. */
bool sim_text_set(struct sim_context *ctx, enum sim_text text, const char *bytes, size_t length);
/* Copies a text with NUL, cut to `capacity`; returns its length. One that is not set is empty. */
size_t sim_text_get(const struct sim_context *ctx, enum sim_text text, char *buffer,
                    size_t capacity);

/* True when the `length` bytes at `text` are `word`, in any case. */
bool sim_same_word(const char *word, const char *text, size_t length);

/* The digits at `text`, up to `maximum`; false when they are none. */
bool sim_number_of(const char *text, size_t length, int32_t maximum, int32_t *ret_value);

/* ---- hidden files -------------------------------------------------------------------------- */

/* The file with that name, or SIM_NO_FILE. */
uint8_t sim_hidden_find(const struct sim_context *ctx, const char *name);
uint32_t sim_hidden_size(const struct sim_context *ctx, const char *name);
void sim_hidden_delete(struct sim_context *ctx, const char *name);

/* ---- commands_bearer.c --------------------------------------------------------------------- */

/* True while one of the SAPBR bearers is open. */
bool sim_sapbr_up(const struct sim_context *ctx);

/* ---- commands_http.c, commands_sh.c -------------------------------------------------------- */

bool sim_http_network(const struct sim_context *ctx);
void sim_http_ended(struct sim_context *ctx, enum sim_transfer transfer, uint16_t code,
                    uint32_t length);
void sim_sh_ended(struct sim_context *ctx, enum sim_transfer transfer, uint16_t code,
                  uint32_t length);
/* `url` behind `scheme` ("http://") if it has none of its own; its length, 0 = too long. */
size_t sim_web_url(const char *scheme, const char *url, char *buffer);

/* ---- commands_ftp.c ------------------------------------------------------------------------ */

bool sim_ftp_network(const struct sim_context *ctx);
/* The body of a transfer begins; its first bytes are there at `first_at_us`. */
void sim_ftp_arrives(struct sim_context *ctx, uint64_t first_at_us);
void sim_ftp_ended(struct sim_context *ctx, enum sim_transfer transfer, uint16_t code,
                   uint32_t length);

#endif
