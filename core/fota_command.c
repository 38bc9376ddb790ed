/* fota_command.c - command lines: templates with the values of the job and of the running chunk. */
#include <string.h>

#include "core/fota_command.h"

/* One text after the other; a row finds its own by counting, which saves 50 pointers. */
#define X(name, text) text "\0"
static const char lines[] = FOTA_COMMANDS(X);
#undef X

const char *fota_template(const struct fota_step *row)
{
    const char *line = lines;
    for (uint8_t command = row->command; command > 0; command--)
        line += strlen(line) + 1;
    return line;
}

/* ---- texts --------------------------------------------------------------------------------- */

/* Texts of the job by their sign; NULL: none. */
static const char *text_of(const struct fota_job *job, char sign)
{
    switch (sign) {
    case 'z':
        return "1,\"update.zip\"";
    case 'u':
        return job->url;
    case 's':
        return job->ftp_server;
    case 'n':
        return job->ftp_user != NULL ? job->ftp_user : "anonymous";
    case 'w':
        return job->ftp_password;
    case 'p':
        return job->ftp_path != NULL ? job->ftp_path : "/";
    case 'f':
        return job->ftp_name != NULL ? job->ftp_name : "update.zip";
    case 'a':
        return job->apn;
    default:
        return job->restore.apn;
    }
}

static size_t append(char *buffer, size_t used, const char *text)
{
    return text_append(buffer, AT_COMMAND_BYTES, used, text);
}

static size_t append_text(const struct fota_job *job, char sign, char *buffer, size_t used)
{
    const char *text = text_of(job, sign);
    if (text == NULL)
        text = "";
    if (sign != 'a')
        return append(buffer, used, text);
    return text[0] == '\0'
               ? used
               : append(buffer, append(buffer, append(buffer, used, ",\""), text), "\"");
}

/* ---- numbers ------------------------------------------------------------------------------- */

static uint32_t number_of(const struct fota_call *call, char sign)
{
    const struct fota *fota = call->fota;
    const struct fota_job *job = call->job;
    switch (sign) {
    case 'M': /* 0: from the beginning, 1: append */
        return fota->offset > 0;
    case 'C':
        return fota->chunk_bytes;
    case 'T':
        return fota->chunk_ms;
    case 'O':
        return fota->offset;
    case 'P':
        return job->ftp_port != 0 ? job->ftp_port : 21;
    case 'S':
        return job->restore.psm - 1u;
    case 'F':
        return job->restore.function;
    default:
        return job->restore.baud_bps;
    }
}

size_t fota_format(struct fota_call *call)
{
    char *buffer = call->fota->at.command;
    const char *at = fota_template(call->row);
    size_t used = 2; /* AT */
    memcpy(buffer, at, used);
    for (at += used; *at != '\0'; at++) {
        char piece[TEXT_NUMBER_BYTES] = {*at, '\0'};
        if (*at == '%' && *++at >= 'a') {
            used = append_text(call->job, *at, buffer, used);
            continue;
        }
        if (piece[0] == '%')
            text_number(piece, number_of(call, *at));
        used = append(buffer, used, piece);
    }
    return used;
}
