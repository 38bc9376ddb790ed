/* fota_read.c - readers of information lines; each says whether the line has its command's form. */
#include <string.h>

#include "core/fota_internal.h"

/* "SIMCOM_SIM7000G". */
bool fota_read_model(struct fota *fota, const char *line, size_t length)
{
    (void)fota;
    (void)line;
    return length > 0; /* the judge compares the line, which is the evidence */
}

/* "Revision:1351B05SIM7000E", with or without a space (AT106 against every log). */
bool fota_read_revision(struct fota *fota, const char *line, size_t length)
{
    struct text text = {line, length};
    if (!text_take(&text, "Revision:"))
        return false;
    while (text_take(&text, " "))
        continue;
    text_copy(fota->result.revision, sizeof fota->result.revision, text.at, text.length);
    fota->revision_read = true;
    return true;
}

/* "+CFOTA: 6"; the quoted form is a URC. */
bool fota_read_status(struct fota *fota, const char *line, size_t length)
{
    struct text text = text_after_colon(line, length);
    uint32_t status = 0;
    if (!text_take_number(&text, &status) || text.length != 0)
        return false;
    fota->result.status = status > 255 ? 255 : (uint8_t)status;
    return true;
}

/* "+CFUN: 1", "+CFSGFIS: 1322", "+CBC: 0,67,3875", "+CEREG: 0,1", "+HTTPTOFSRL: 1,1024,33334": up
 * to three numbers to value[]. */
bool fota_read_numbers(struct fota *fota, const char *line, size_t length)
{
    struct text text = text_after_colon(line, length);
    fota->value_count = 0;
    do {
        if (!text_take_number(&text, &fota->value[fota->value_count]))
            break;
        fota->value_count++;
    } while (fota->value_count < COUNT_OF(fota->value) && text_take(&text, ","));
    return fota->value_count > 0;
}

/* "+CPIN: READY": value[0] 1; one that is locked, SIM PIN or SIM PUK: 2, it will not come; anything
 * else, NOT READY or a line that was cut, is asked for again: 0. */
bool fota_read_sim(struct fota *fota, const char *line, size_t length)
{
    struct text text = text_after_colon(line, length);
    fota->value[0] = text_take(&text, "READY") ? 1 : text_take(&text, "SIM") ? 2 : 0;
    return true;
}

/* "+CNACT: 1,"10.0.0.1"", or with a leading context number as newer firmware prints it: value[0]
 * is 1 when the network is up with an address. */
bool fota_read_bearer(struct fota *fota, const char *line, size_t length)
{
    struct text text = text_after_colon(line, length);
    uint32_t status = 0, second = 0;
    if (!text_take_number(&text, &status))
        return false;
    struct text rest = text;
    if (text_take_next_number(&rest, &second)) {
        status = second;
        text = rest;
    }
    bool address = text_take(&text, ",\"") && text.length > 1 && !text_take(&text, "0.0.0.0");
    fota->value[0] = status == 1 && address ? 1 : 0;
    return true;
}

/* 15 digits; value[0] is 1 when they are not all zero (issue "IMEI lost after a flash"). */
bool fota_read_identity(struct fota *fota, const char *line, size_t length)
{
    size_t digits = 0, zeros = 0;
    for (size_t i = 0; i < length; i++) {
        digits += line[i] >= '0' && line[i] <= '9';
        zeros += line[i] == '0';
    }
    if (digits != length)
        return false;
    fota->value[0] = length == 15 && zeros != length;
    return true;
}
