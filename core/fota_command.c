/* fota_command.c - command lines: templates with the values of the job and of the running chunk. */
#include <stddef.h>
#include <string.h>

#include "core/fota_command.h"

/* One line after the other; a row finds its own by its place, which takes half of a pointer. */
struct command_lines {
#define X(name, line) char name[sizeof line];
    FOTA_COMMANDS(X)
#undef X
};
static const struct command_lines lines = {
#define X(name, line) line,
    FOTA_COMMANDS(X)
#undef X
};
static const uint16_t places[] = {
#define X(name, line) offsetof(struct command_lines, name),
    FOTA_COMMANDS(X)
#undef X
};

static const char *template_of(const struct fota_step *row)
{
    return (const char *)&lines + places[row->command];
}

static const char *text_or(const char *text, const char *otherwise)
{
    return text != NULL ? text : otherwise;
}

/* The number that a letter stands for, if it stands for one. */
static bool take_number(const struct fota_call *call, char letter, uint32_t *ret_number)
{
    const struct fota *fota = call->fota;
    const struct fota_job *job = call->job;
    const struct fota_restore *restore = &job->restore;
    switch (letter) {
    case 'b':
        *ret_number = restore->baud_bps;
        return true;
    case 'c':
        *ret_number = fota->chunk_bytes;
        return true;
    case 'e':
        *ret_number = restore->psm - 1u;
        return true;
    case 'g':
        *ret_number = restore->lte;
        return true;
    case 'i':
        *ret_number = restore->apn_context != 0 ? restore->apn_context : 1;
        return true;
    case 'j': /* an operator of one's own choice, or the module's */
        *ret_number = restore->network[0] != '\0';
        return true;
    case 'l':
        *ret_number = restore->function;
        return true;
    case 'm': /* 0: from the beginning, 1: append */
        *ret_number = fota->offset > 0;
        return true;
    case 'o':
        *ret_number = fota->offset;
        return true;
    case 'p':
        *ret_number = job->ftp_port != 0 ? job->ftp_port : 21;
        return true;
    case 'q':
        *ret_number = restore->mode;
        return true;
    case 't':
        *ret_number = fota->chunk_ms;
        return true;
    default:
        return false;
    }
}

/* The name of the file as it arrives when its byte number `lost` does not. */
static void name_astray(char *name, uint8_t lost)
{
    memcpy(name, "update.zip", 11);
    memmove(name + lost, name + lost + 1, 10u - lost);
}

/* The text that a letter stands for. */
static const char *text_of(const struct fota_job *job, char letter)
{
    switch (letter) {
    case 'a':
        return job->apn;
    case 'd':
        return text_or(job->ftp_path, "/");
    case 'f':
        return text_or(job->ftp_name, "update.zip");
    case 'h':
        return job->restore.bands;
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
    case 'v':
        return job->restore.network;
    case 'w':
        return job->ftp_password;
    case 'z': /* directory and name; 1 is /fota/, AT106 15.2 */
        return "1,\"update.zip\"";
    default:
        return "";
    }
}

/* Whether the text that closes the row's line is there. */
static bool has_end(const struct fota_call *call)
{
    const struct fota_job *job = call->job;
    const char *text = call->row->command == COMMAND_ACTIVATE ? job->apn : job->restore.network;
    return text != NULL && text[0] != '\0';
}

size_t fota_format(struct fota_call *call)
{
    char *buffer = call->fota->at.command;
    size_t used = call->row->command == COMMAND_NORMALISE ? 2 : 3;
    memcpy(buffer, "AT+", 3);
    for (const char *at = template_of(call->row); *at != '\0'; at++) {
        char piece[TEXT_NUMBER_BYTES];
        const char *text = piece;
        uint32_t number;
        if (*at < 'a') { /* most of them */
            used = used < AT_COMMAND_BYTES ? used : 0;
            if (used != 0)
                buffer[used++] = *at;
            continue;
        }
        if (*at == 'x' && !has_end(call))
            break;
        if (take_number(call, *at, &number))
            text = text_number(piece, number);
        else if (*at == 'y')
            name_astray(piece, call->fota->polls);
        else
            text = text_or(text_of(call->job, *at), "");
        used = text_append(buffer, AT_COMMAND_BYTES, used, text);
    }
    return used;
}
