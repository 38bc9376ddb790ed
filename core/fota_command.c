/* fota_command.c - command lines: templates with the values of the job and of the running chunk. */
#include <string.h>

#include "core/fota_command.h"

/* One line after the other; a row finds its own by counting, which saves 40 pointers. */
#define X(name, line) line "\0"
static const char lines[] = FOTA_COMMANDS(X);
#undef X

static const char *template_of(const struct fota_step *row)
{
    const char *line = lines;
    for (uint8_t command = row->command; command > 0; command--)
        line += strlen(line) + 1;
    return line;
}

static const char *text_or(const char *text, const char *otherwise)
{
    return text != NULL ? text : otherwise;
}

/* The text of a value; a number is written to `number`. */
static const char *value_of(const struct fota_call *call, char letter, char *number)
{
    const struct fota *fota = call->fota;
    const struct fota_job *job = call->job;
    uint32_t value;
    switch (letter) {
    case 'a':
        return job->apn;
    case 'd':
        return text_or(job->ftp_path, "/");
    case 'f':
        return text_or(job->ftp_name, "update.zip");
    case 'k':
        return "/fota/update.zip";
    case 'n':
        return text_or(job->ftp_user, "anonymous");
    case 'r':
        return job->restore.apn;
    case 's':
        return job->ftp_server;
    case 'u':
        return job->url;
    case 'w':
        return text_or(job->ftp_password, "");
    case 'x':
        return "";
    case 'z': /* directory and name; 1 is /fota/, AT106 15.2 */
        return "1,\"update.zip\"";
    case 'b':
        value = job->restore.baud_bps;
        break;
    case 'c':
        value = fota->chunk_bytes;
        break;
    case 'e':
        value = job->restore.psm - 1u;
        break;
    case 'i':
        value = job->restore.apn_context != 0 ? job->restore.apn_context : 1;
        break;
    case 'l':
        value = job->restore.function;
        break;
    case 'm': /* 0: from the beginning, 1: append */
        value = fota->offset > 0;
        break;
    case 'o':
        value = fota->offset;
        break;
    case 'p':
        value = job->ftp_port != 0 ? job->ftp_port : 21;
        break;
    default:
        value = fota->chunk_ms;
    }
    return text_number(number, value);
}

static bool names_apn(const struct fota_job *job)
{
    return job->apn != NULL && job->apn[0] != '\0';
}

size_t fota_format(struct fota_call *call)
{
    char *buffer = call->fota->at.command;
    size_t used = 2;
    memcpy(buffer, "AT", used);
    for (const char *at = template_of(call->row); *at != '\0'; at++) {
        char piece[TEXT_NUMBER_BYTES];
        const char *text = piece;
        piece[0] = *at;
        piece[1] = '\0';
        if (*at == 'x' && !names_apn(call->job))
            break;
        if (*at >= 'a')
            text = value_of(call, *at, piece);
        used = text_append(buffer, AT_COMMAND_BYTES, used, text_or(text, ""));
    }
    return used;
}
