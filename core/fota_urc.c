/* fota_urc.c - unsolicited lines: the updater's words, the download's result, boot lines. */
#include <string.h>

#include "core/fota_internal.h"

/* `value` is the line after its colon. */
typedef uint8_t take_urc(struct fota_call *call, struct text *value, uint8_t rank);

/* ---- the updater --------------------------------------------------------------------------- */

/* Beginnings, so that cut lines count too; a line cut earlier says nothing. */
static const struct text_row claim_rows[] = {
    TEXT_BEGINNING("\"Start"),
    TEXT_BEGINNING("\"Updating"),
    TEXT_BEGINNING("\"Update suc"),
    TEXT_BEGINNING("\"Update fai"),
};
static const uint8_t claims[] = {CLAIM_BEGAN, CLAIM_BEGAN, CLAIM_SUCCESS, CLAIM_FAILURE};

/* A sign of life, even a cut one, puts off the next question to the updater. */
static void put_off_probe(struct fota_call *call)
{
    struct fota *fota = call->fota;
    if (fota->step == STEP_AWAIT_UPDATER || fota->step == STEP_UPDATING)
        fota_wake_in(call, call->row->timeout_s);
}

/* The updater works although the worst time is over: it gets that time once more. */
static bool may_go_on(struct fota_call *call)
{
    struct fota *fota = call->fota;
    if (!fota->begun || fota->state == FOTA_STATE_RECOVER) {
        if (fota->extended)
            return false;
        fota->extended = fota->begun;
        fota_join_update(call);
    }
    return true;
}

static uint8_t updater_works(struct fota_call *call)
{
    struct fota *fota = call->fota;
    if (fota->claim < CLAIM_BEGAN)
        fota->claim = CLAIM_BEGAN;
    return fota->step == STEP_UPDATING ? STEP_STAY : STEP_UPDATING;
}

static uint8_t updater_ended(struct fota_call *call, uint8_t claim)
{
    struct fota *fota = call->fota;
    fota->claim = claim;
    return fota->step == STEP_AWAIT_BOOT ? STEP_STAY : STEP_AWAIT_BOOT;
}

static uint8_t take_cfota(struct fota_call *call, struct text *value, uint8_t rank)
{
    (void)rank;
    if (call->fota->outcome != FOTA_OUTCOME_NONE)
        return STEP_STAY;
    put_off_probe(call);
    size_t i = text_find(claim_rows, COUNT_OF(claim_rows), value->at, value->length);
    if (i == COUNT_OF(claim_rows))
        return STEP_STAY;
    fota_note_line(call);
    if (!may_go_on(call))
        return STEP_STAY;
    return claims[i] == CLAIM_BEGAN ? updater_works(call) : updater_ended(call, claims[i]);
}

/* ---- the network --------------------------------------------------------------------------- */

/* Two numbers of a delivery's result line. */
static bool read_result(const struct fota *fota, struct text *value, uint32_t *ret_first,
                        uint32_t *ret_second)
{
    return fota->state == FOTA_STATE_DOWNLOAD && text_take_number(value, ret_first) &&
           text_take_next_number(value, ret_second);
}

/* Codes below 100 belong to the read form, not to the result of a download. */
static uint8_t take_httptofs(struct fota_call *call, struct text *value, uint8_t rank)
{
    struct fota *fota = call->fota;
    uint32_t code = 0, bytes = 0;
    (void)rank;
    if (!read_result(fota, value, &code, &bytes) || code < 100 || code > UINT16_MAX)
        return STEP_STAY;
    fota_note_line(call);
    fota->result_code = (uint16_t)code;
    fota->reported_bytes = bytes;
    return fota->step == STEP_PROGRESS_PAUSE ? STEP_DOWNLOADED : STEP_STAY;
}

/* "+FTPEXTGETFILE: 1,0" is the end, an error from 61 on a failure (AT106 10.2.14). */
static uint8_t take_ftp(struct fota_call *call, struct text *value, uint8_t rank)
{
    struct fota *fota = call->fota;
    uint32_t channel = 0, code = 0;
    (void)rank;
    if (!read_result(fota, value, &channel, &code) || (code != 0 && code - 61 > 19))
        return STEP_STAY;
    fota_note_line(call);
    fota->result_code = (uint16_t)(code != 0 ? code : 200);
    return fota->step == STEP_FTP_PAUSE ? STEP_FTP_PROGRESS : STEP_STAY;
}

static uint8_t take_app_pdp(struct fota_call *call, struct text *value, uint8_t rank)
{
    struct fota *fota = call->fota;
    (void)rank;
    if (fota->step != STEP_BEARER_PAUSE && fota->step != STEP_HEALTH_BEARER_PAUSE)
        return STEP_STAY;
    fota_note_line(call);
    if (text_take(value, "ACTIVE"))
        return STEP_NEXT;
    fota->polls = 0;
    return (uint8_t)(fota->step + 2);
}

/* ---- restarts ------------------------------------------------------------------------------ */

/* The lines of one boot come in the order of their ranks, some may be missing: a rank that does
 * not rise is another boot. */
static bool is_new_boot(struct fota_call *call, uint8_t rank)
{
    struct fota *fota = call->fota;
    bool tail = call->now_us < fota->boot_tail_at_us && rank > 2;
    bool fresh = rank <= fota->boot_rank || (fota->boot_rank == 0 && fota->contact && !tail);
    fota->boot_rank = rank;
    return fresh && fota->contact;
}

/* Lines of a boot that is known: soon the module can be asked. */
static void expect_answer_soon(struct fota_call *call)
{
    struct fota *fota = call->fota;
    if (fota->step == STEP_AWAIT_BOOT)
        fota_wake_in(call, fota->claim >= CLAIM_FAILURE ? 2 : 10);
}

static uint8_t take_boot(struct fota_call *call, struct text *value, uint8_t rank)
{
    (void)value;
    call->fota->stat_counts.boot_lines++;
    if (is_new_boot(call, rank))
        fota_follow(call, fota_restarted(call));
    expect_answer_soon(call);
    return STEP_STAY;
}

/* ---- the table ----------------------------------------------------------------------------- */

/* X("line", how it is matched, handler); boot lines are the last ones, in the order of a boot. */
#define URCS(X)                                                                                    \
    X("+CFOTA:", BEGINNING, take_cfota)                                                            \
    X("+HTTPTOFS:", BEGINNING, take_httptofs)                                                      \
    X("+FTPEXTGET", BEGINNING, take_ftp)                                                           \
    X("+APP PDP:", BEGINNING, take_app_pdp)                                                        \
    X("RDY", WHOLE, take_boot)                                                                     \
    X("+CFUN:", BEGINNING, take_boot)                                                              \
    X("SMS Ready", WHOLE, take_boot)

#define BEFORE_BOOT 3 /* rows */

/* "+CREG: 1", "DST: 1": bytes of another rate hardly make such a line. */
static bool is_text(const struct text *line)
{
    size_t i = 0;
    while (i < line->length && line->at[i] >= ' ' && line->at[i] <= '~')
        i++;
    return i == line->length && i > 3 && line->at[1] >= 'A' && line->at[1] <= 'Z' &&
           line->at[2] >= 'A' && line->at[2] <= 'Z';
}

void fota_take_urc(struct fota_call *call)
{
#define X(text, match, take) TEXT_##match(text),
    static const struct text_row texts[] = {URCS(X)};
#undef X
#define X(text, match, take) take,
    static take_urc *const handlers[] = {URCS(X)};
#undef X
    struct text line = call->line, value = text_after_colon(line.at, line.length);
    size_t i = text_find(texts, COUNT_OF(texts), line.at, line.length);
    if (i < COUNT_OF(texts) || is_text(&line))
        call->fota->at.unknown_bytes = call->fota->garbled = 0;
    fota_tell(call, FOTA_EVENT_URC, 0, 0);
    if (i < COUNT_OF(texts))
        fota_follow(call, handlers[i](call, &value, (uint8_t)(i - BEFORE_BOOT)));
}
