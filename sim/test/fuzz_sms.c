/* fuzz_sms.c - any bytes as a message in PDU mode: what is read, written and read again is the
 * same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim/sms/message_codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void try_message(const uint8_t *bytes, size_t size)
{
    struct sim_tpdu tpdu, again;
    uint16_t characters[SIM_SEPTETS_MAX];
    uint8_t written[512], twice[512];
    char text[4 * SIM_SEPTETS_MAX];
    if (!sim_tpdu_parse(bytes, size, &tpdu))
        return;
    size_t length = sim_tpdu_write(&tpdu, written);
    if (length > sizeof written || !sim_tpdu_parse(written, length, &again) ||
        sim_tpdu_write(&again, twice) != length || memcmp(written, twice, length) != 0)
        abort();
    size_t count = sim_tpdu_text(&tpdu, characters);
    if (count > SIM_SEPTETS_MAX ||
        sim_utf8_write(characters, count, text, sizeof text) > sizeof text)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct sim_address address;
    uint16_t characters[64];
    (void)sim_address_read(bytes, size, &address);
    size_t centre = sim_centre_read(bytes, size, &address);
    if (centre > size || sim_utf8_read((const char *)bytes, size, characters, 64) > 64)
        abort();
    try_message(bytes, size);
    if (centre)
        try_message(bytes + centre, size - centre);
    return 0;
}
