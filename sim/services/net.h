/*
 * net.h - what the files of the IP services share: SAPBR bearers, texts that commands set, FTP*,
 * HTTP*, SH*, CIP*. The state is small: texts, bodies and received bytes lie in hidden files of the
 * store, which every restart deletes (all of it is NO_SAVE).
 */
#ifndef FOTARIG_SIM_SERVICES_NET_H
#define FOTARIG_SIM_SERVICES_NET_H

#include "sim/at/stored.h"
#include "sim/frame.h"

/* commands_tls.c: 709 or 706 when TLS does not take the order in which CSSLCFG was told
   (https-order); `otherwise` when nothing is wrong or the URL is not https. */
uint16_t sim_tls_code(const struct sim_context *ctx, const char *url, uint16_t otherwise);

/* Hidden files; a name that holds '/' can't be a user's. */
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
