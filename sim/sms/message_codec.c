/*
 * message_codec.c - TPDUs, addresses and alphabets of short messages (TS 23.038, TS 23.040).
 */
#include "sim/sms/message_codec.h"

#include <string.h>

enum { ESCAPE = 0x1b, NO_SEPTET = 255, INTERNATIONAL = 145, UNKNOWN = 129, ALPHANUMERIC = 208 };

/* ---- the default alphabet (TS 23.038 6.2.1) ------------------------------------------------- */

static const uint16_t gsm_alphabet[128] = {
    '@',    0x00a3, '$',    0x00a5, 0x00e8, 0x00e9, 0x00f9, 0x00ec, 0x00f2, 0x00c7, '\n',   0x00d8,
    0x00f8, '\r',   0x00c5, 0x00e5, 0x0394, '_',    0x03a6, 0x0393, 0x039b, 0x03a9, 0x03a0, 0x03a8,
    0x03a3, 0x0398, 0x039e, 0x00a0, 0x00c6, 0x00e6, 0x00df, 0x00c9, ' ',    '!',    '"',    '#',
    0x00a4, '%',    '&',    '\'',   '(',    ')',    '*',    '+',    ',',    '-',    '.',    '/',
    '0',    '1',    '2',    '3',    '4',    '5',    '6',    '7',    '8',    '9',    ':',    ';',
    '<',    '=',    '>',    '?',    0x00a1, 'A',    'B',    'C',    'D',    'E',    'F',    'G',
    'H',    'I',    'J',    'K',    'L',    'M',    'N',    'O',    'P',    'Q',    'R',    'S',
    'T',    'U',    'V',    'W',    'X',    'Y',    'Z',    0x00c4, 0x00d6, 0x00d1, 0x00dc, 0x00a7,
    0x00bf, 'a',    'b',    'c',    'd',    'e',    'f',    'g',    'h',    'i',    'j',    'k',
    'l',    'm',    'n',    'o',    'p',    'q',    'r',    's',    't',    'u',    'v',    'w',
    'x',    'y',    'z',    0x00e4, 0x00f6, 0x00f1, 0x00fc, 0x00e0};

/* TS 23.038 6.2.1.1 */
static const struct {
    uint8_t septet;
    uint16_t character;
} gsm_extension[] = {{0x0a, '\f'}, {0x14, '^'}, {0x28, '{'}, {0x29, '}'}, {0x2f, '\\'},
                     {0x3c, '['},  {0x3d, '~'}, {0x3e, ']'}, {0x40, '|'}, {0x65, 0x20ac}};

uint16_t sim_gsm_character(uint8_t septet, bool escaped)
{
    for (size_t i = 0; escaped && i < sizeof gsm_extension / sizeof gsm_extension[0]; i++)
        if (gsm_extension[i].septet == septet)
            return gsm_extension[i].character;
    return gsm_alphabet[septet & 0x7f];
}

uint8_t sim_gsm_septet(uint16_t character, bool *ret_escaped)
{
    *ret_escaped = false;
    for (uint8_t i = 0; i < 128; i++)
        if (gsm_alphabet[i] == character && i != ESCAPE)
            return i;
    *ret_escaped = true;
    for (size_t i = 0; i < sizeof gsm_extension / sizeof gsm_extension[0]; i++)
        if (gsm_extension[i].character == character)
            return gsm_extension[i].septet;
    return NO_SEPTET;
}

/* Septet n of packed user data begins at bit 7n (TS 23.038 6.1.2.1). */
static uint8_t septet_at(const uint8_t *bytes, size_t octets, size_t index)
{
    size_t bit = 7 * index;
    unsigned value = bit / 8 < octets ? bytes[bit / 8] : 0;
    if (bit / 8 + 1 < octets)
        value |= (unsigned)bytes[bit / 8 + 1] << 8;
    return (uint8_t)(value >> bit % 8 & 0x7f);
}

static void set_septet(uint8_t *bytes, size_t index, uint8_t septet)
{
    size_t bit = 7 * index;
    unsigned value = (unsigned)septet << bit % 8;
    bytes[bit / 8] |= (uint8_t)value;
    if (bit % 8 > 1)
        bytes[bit / 8 + 1] |= (uint8_t)(value >> 8);
}

static uint8_t octets_of_septets(size_t septets)
{
    return (uint8_t)((septets * 7 + 7) / 8);
}

enum sim_alphabet sim_coding_alphabet(uint8_t coding)
{
    if (coding >> 4 == 0xf)
        return coding & 4 ? SIM_ALPHABET_OCTETS : SIM_ALPHABET_GSM;
    if (coding >> 4 == 0xe)
        return SIM_ALPHABET_UCS2;
    if (coding >> 6 != 0)
        return SIM_ALPHABET_GSM; /* reserved, message waiting in the default alphabet */
    return coding & 8 ? SIM_ALPHABET_UCS2 : coding & 4 ? SIM_ALPHABET_OCTETS : SIM_ALPHABET_GSM;
}

/* ---- text ---------------------------------------------------------------------------------- */

static bool set_septets(struct sim_tpdu *tpdu, const uint16_t *characters, size_t count)
{
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        bool escaped;
        uint8_t septet = sim_gsm_septet(characters[i], &escaped);
        if (septet == NO_SEPTET || used + escaped + 1u > SIM_SEPTETS_MAX)
            return false;
        if (escaped)
            set_septet(tpdu->user, used++, ESCAPE);
        set_septet(tpdu->user, used++, septet);
    }
    tpdu->user_length = (uint8_t)used;
    tpdu->user_octets = octets_of_septets(used);
    return true;
}

bool sim_tpdu_set_text(struct sim_tpdu *tpdu, enum sim_alphabet alphabet,
                       const uint16_t *characters, size_t count)
{
    memset(tpdu->user, 0, sizeof tpdu->user);
    if (alphabet == SIM_ALPHABET_GSM)
        return set_septets(tpdu, characters, count);
    if (count > SIM_USER_DATA_MAX / 2)
        return false;
    for (size_t i = 0; i < count; i++) {
        tpdu->user[2 * i] = (uint8_t)(characters[i] >> 8);
        tpdu->user[2 * i + 1] = (uint8_t)characters[i];
    }
    tpdu->user_length = tpdu->user_octets = (uint8_t)(2 * count);
    return true;
}

enum { PART_HEADER = 6, PART_SEPTETS = 153, PART_UNITS = 67, HEADER_SEPTETS = 7 };

static size_t part_of_septets(struct sim_tpdu *tpdu, const uint16_t *characters, size_t count)
{
    size_t used = 0, taken = 0;
    for (; taken < count; taken++) {
        bool escaped;
        uint8_t septet = sim_gsm_septet(characters[taken], &escaped);
        if (septet == NO_SEPTET)
            return 0;
        if (used + escaped + 1u > PART_SEPTETS)
            break;
        if (escaped)
            set_septet(tpdu->user, HEADER_SEPTETS + used++, ESCAPE);
        set_septet(tpdu->user, HEADER_SEPTETS + used++, septet);
    }
    tpdu->user_length = (uint8_t)(HEADER_SEPTETS + used);
    tpdu->user_octets = octets_of_septets(tpdu->user_length);
    return taken;
}

static size_t part_of_units(struct sim_tpdu *tpdu, const uint16_t *characters, size_t count)
{
    size_t taken = count < PART_UNITS ? count : PART_UNITS;
    if (taken < count && characters[taken - 1] >> 10 == 0x36)
        taken--;
    for (size_t i = 0; i < taken; i++) {
        tpdu->user[PART_HEADER + 2 * i] = (uint8_t)(characters[i] >> 8);
        tpdu->user[PART_HEADER + 2 * i + 1] = (uint8_t)characters[i];
    }
    tpdu->user_length = tpdu->user_octets = (uint8_t)(PART_HEADER + 2 * taken);
    return taken;
}

size_t sim_tpdu_set_part(struct sim_tpdu *tpdu, enum sim_alphabet alphabet,
                         const uint16_t *characters, size_t count, const struct sim_part *part)
{
    const uint8_t header[PART_HEADER] = {PART_HEADER - 1, 0,           3,
                                         part->reference, part->count, part->number};
    memset(tpdu->user, 0, sizeof tpdu->user);
    memcpy(tpdu->user, header, sizeof header);
    tpdu->first_octet |= SIM_TPDU_HEADER;
    return alphabet == SIM_ALPHABET_GSM ? part_of_septets(tpdu, characters, count)
                                        : part_of_units(tpdu, characters, count);
}

static size_t text_of_septets(const struct sim_tpdu *tpdu, size_t first, uint16_t *characters)
{
    size_t count = 0;
    bool escaped = false;
    for (size_t i = first; i < tpdu->user_length && i < SIM_SEPTETS_MAX; i++) {
        uint8_t septet = septet_at(tpdu->user, tpdu->user_octets, i);
        bool escapes = septet == ESCAPE && !escaped;
        if (!escapes)
            characters[count++] = sim_gsm_character(septet, escaped);
        escaped = escapes;
    }
    return count;
}

size_t sim_tpdu_text(const struct sim_tpdu *tpdu, uint16_t characters[SIM_SEPTETS_MAX])
{
    enum sim_alphabet alphabet = sim_coding_alphabet(tpdu->coding);
    size_t first =
        tpdu->first_octet & SIM_TPDU_HEADER && tpdu->user_octets > 0 ? tpdu->user[0] + 1u : 0;
    size_t count = 0;
    if (alphabet == SIM_ALPHABET_GSM)
        return text_of_septets(tpdu, (first * 8 + 6) / 7, characters);
    size_t step = alphabet == SIM_ALPHABET_UCS2 ? 2 : 1;
    for (size_t i = first; i + step <= tpdu->user_octets; i += step)
        characters[count++] =
            (uint16_t)(step == 2 ? tpdu->user[i] << 8 | tpdu->user[i + 1] : tpdu->user[i]);
    return count;
}

/* ---- UTF-8 --------------------------------------------------------------------------------- */

/* One code point; *ret_used bytes. Malformed bytes count one by one. */
static uint32_t read_point(const char *text, size_t length, size_t *ret_used)
{
    const uint8_t *bytes = (const uint8_t *)text;
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t size = bytes[0] < 0x80 ? 1 : bytes[0] >> 5 == 6 ? 2 : bytes[0] >> 4 == 14 ? 3 : 4;
    uint32_t point = size == 1 ? bytes[0] : bytes[0] & (0x7fu >> size);
    *ret_used = 1;
    if (bytes[0] >= 0xf8 || bytes[0] >> 6 == 2 || size > length)
        return '?';
    for (size_t i = 1; i < size; i++) {
        if (bytes[i] >> 6 != 2)
            return '?';
        point = point << 6 | (bytes[i] & 0x3f);
    }
    if (point < least[size] || point > 0x10ffff || point >> 11 == 0x1b)
        return '?';
    *ret_used = size;
    return point;
}

size_t sim_utf8_read(const char *text, size_t length, uint16_t *characters, size_t capacity)
{
    size_t count = 0;
    for (size_t at = 0, used; at < length && count < capacity; at += used) {
        uint32_t point = read_point(text + at, length - at, &used);
        if (point >= 0x10000 && count + 2 > capacity)
            break;
        if (point >= 0x10000)
            characters[count++] = (uint16_t)(0xd800 + ((point - 0x10000) >> 10));
        characters[count++] =
            (uint16_t)(point >= 0x10000 ? 0xdc00 + ((point - 0x10000) & 0x3ff) : point);
    }
    return count;
}

static size_t write_point(uint32_t point, char *text)
{
    static const uint8_t marks[] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t size = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = size; i-- > 1; point >>= 6)
        text[i] = (char)(0x80 | (point & 0x3f));
    text[0] = (char)(marks[size] | point);
    return size;
}

size_t sim_utf8_write(const uint16_t *characters, size_t count, char *text, size_t capacity)
{
    size_t length = 0;
    for (size_t i = 0; i < count && length + 4 < capacity; i++) {
        uint32_t point = characters[i];
        bool high = point >> 10 == 0x36;
        if (high && i + 1 < count && characters[i + 1] >> 10 == 0x37)
            point = 0x10000 + ((point & 0x3ff) << 10) + (characters[++i] & 0x3ffu);
        else if (high || point >> 10 == 0x37)
            point = '?';
        length += write_point(point, text + length);
    }
    text[length] = '\0';
    return length;
}

/* ---- addresses (TS 23.040 9.1.2.5) ---------------------------------------------------------- */

static const char digits[] = "0123456789*#abc";

bool sim_address_set(struct sim_address *address, const char *text, size_t length,
                     bool alphanumeric)
{
    bool plus = length > 0 && text[0] == '+';
    bool number = length > plus && length - plus <= SIM_ADDRESS_DIGITS;
    for (size_t i = plus; i < length && number; i++)
        number = text[i] != '\0' && strchr(digits, text[i]) != NULL;
    memset(address, 0, sizeof *address);
    if (!number) {
        if (!alphanumeric || length == 0 || length > 11)
            return false;
        for (size_t i = 0; i < length; i++) {
            bool escaped;
            if (sim_gsm_septet((uint8_t)text[i], &escaped) == NO_SEPTET || escaped ||
                (uint8_t)text[i] > 126)
                return false;
        }
    }
    memcpy(address->text, text, length);
    address->type = number ? plus ? INTERNATIONAL : UNKNOWN : ALPHANUMERIC;
    return true;
}

static void read_name(const uint8_t *bytes, size_t octets, size_t septets, char *text)
{
    size_t length = 0;
    for (size_t i = 0; i < septets && length < SIM_ADDRESS_TEXT - 1; i++) {
        uint16_t character = sim_gsm_character(septet_at(bytes, octets, i), false);
        text[length++] =
            character > 31 && character < 127 && character != '"' ? (char)character : '?';
    }
}

/* `count` semi-octets from `bytes`; 15 is what fills up an odd number. */
static bool read_digits(const uint8_t *bytes, size_t count, char *text)
{
    for (size_t i = 0; i < count; i++) {
        uint8_t digit = i % 2 ? bytes[i / 2] >> 4 : bytes[i / 2] & 15;
        if (digit == 15 && i + 1 == count)
            return true;
        if (digit == 15)
            return false;
        *text++ = digits[digit];
    }
    return true;
}

static size_t write_digits(const char *text, uint8_t *buffer)
{
    size_t count = 0;
    for (; *text; text++) {
        const char *digit = strchr(digits, *text);
        uint8_t value = digit ? (uint8_t)(digit - digits) : 0;
        if (count % 2)
            buffer[count / 2] = (uint8_t)((buffer[count / 2] & 15) | value << 4);
        else
            buffer[count / 2] = (uint8_t)(0xf0 | value);
        count++;
    }
    return count;
}

static bool is_name(uint8_t type)
{
    return (type >> 4 & 7) == 5;
}

static bool read_number(const uint8_t *bytes, size_t count, uint8_t type,
                        struct sim_address *ret_address)
{
    bool plus = (type >> 4 & 7) == 1;
    if (plus)
        ret_address->text[0] = '+';
    return count <= SIM_ADDRESS_DIGITS && read_digits(bytes, count, ret_address->text + plus);
}

size_t sim_address_read(const uint8_t *bytes, size_t size, struct sim_address *ret_address)
{
    memset(ret_address, 0, sizeof *ret_address);
    if (size < 2)
        return 0;
    size_t count = bytes[0];
    size_t octets = (count + 1) / 2;
    if (octets > 10 || size < 2 + octets)
        return 0;
    ret_address->type = bytes[1];
    if (is_name(bytes[1]))
        read_name(bytes + 2, octets, count * 4 / 7, ret_address->text);
    else if (count == 0)
        ret_address->text[0] = '\0';
    else if (!read_number(bytes + 2, count, bytes[1], ret_address))
        return 0;
    return 2 + octets;
}

size_t sim_address_write(const struct sim_address *address, uint8_t *buffer)
{
    buffer[1] = address->type;
    if (!is_name(address->type)) {
        size_t count = write_digits(address->text + (address->text[0] == '+'), buffer + 2);
        buffer[0] = (uint8_t)count;
        return 2 + (count + 1) / 2;
    }
    size_t length = strlen(address->text);
    bool escaped;
    memset(buffer + 2, 0, 10);
    length = length > 11 ? 11 : length;
    for (size_t i = 0; i < length; i++)
        set_septet(buffer + 2, i, sim_gsm_septet((uint8_t)address->text[i], &escaped) & 0x7f);
    buffer[0] = (uint8_t)((length * 7 + 3) / 4);
    return 2 + (buffer[0] + 1u) / 2;
}

size_t sim_centre_read(const uint8_t *bytes, size_t size, struct sim_address *ret_address)
{
    memset(ret_address, 0, sizeof *ret_address);
    if (size == 0 || bytes[0] > 11 || size < 1u + bytes[0] || bytes[0] == 1)
        return 0;
    if (bytes[0] == 0)
        return 1;
    ret_address->type = bytes[1];
    return read_number(bytes + 2, 2u * (bytes[0] - 1u), bytes[1], ret_address) ? 1u + bytes[0] : 0;
}

size_t sim_centre_write(const struct sim_address *address, uint8_t *buffer)
{
    buffer[0] = 0;
    if (address->text[0] == '\0')
        return 1;
    buffer[1] = address->type;
    size_t count = write_digits(address->text + (address->text[0] == '+'), buffer + 2);
    buffer[0] = (uint8_t)(1 + (count + 1) / 2);
    return 1u + buffer[0];
}

/* ---- TPDUs (TS 23.040 9.2.2) ---------------------------------------------------------------- */

/* What is not read yet. */
struct reader {
    const uint8_t *bytes;
    size_t size;
    bool failed;
};

static uint8_t take(struct reader *reader)
{
    if (reader->size == 0) {
        reader->failed = true;
        return 0;
    }
    reader->size--;
    return *reader->bytes++;
}

static void take_bytes(struct reader *reader, uint8_t *to, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint8_t byte = take(reader);
        if (to)
            to[i] = byte;
    }
}

static void take_address(struct reader *reader, struct sim_address *address)
{
    size_t used = sim_address_read(reader->bytes, reader->size, address);
    reader->failed = reader->failed || used == 0;
    reader->bytes += used;
    reader->size -= used;
}

static void take_validity(struct reader *reader, struct sim_tpdu *tpdu)
{
    uint8_t format = tpdu->first_octet & SIM_TPDU_VALIDITY;
    if (format != 0)
        tpdu->validity = take(reader);
    for (unsigned i = 0; format != 0 && format != 0x10 && i < sizeof tpdu->validity_rest; i++)
        tpdu->validity_rest[i] = take(reader);
}

static void take_user_data(struct reader *reader, struct sim_tpdu *tpdu)
{
    tpdu->user_length = take(reader);
    bool septets = sim_coding_alphabet(tpdu->coding) == SIM_ALPHABET_GSM;
    size_t octets = septets ? octets_of_septets(tpdu->user_length) : tpdu->user_length;
    bool fits = octets <= SIM_USER_DATA_MAX && octets == reader->size &&
                tpdu->user_length <= SIM_SEPTETS_MAX;
    if (!fits || reader->failed) {
        reader->failed = true;
        return;
    }
    tpdu->user_octets = (uint8_t)octets;
    take_bytes(reader, tpdu->user, octets);
    if (tpdu->first_octet & SIM_TPDU_HEADER && (octets == 0 || tpdu->user[0] + 1u > octets))
        reader->failed = true;
}

static void take_report(struct reader *reader, struct sim_tpdu *tpdu)
{
    tpdu->reference = take(reader);
    take_address(reader, &tpdu->address);
    take_bytes(reader, tpdu->time, sizeof tpdu->time);
    take_bytes(reader, tpdu->discharge, sizeof tpdu->discharge);
    tpdu->status = take(reader);
}

bool sim_tpdu_parse(const uint8_t *bytes, size_t size, struct sim_tpdu *ret_tpdu)
{
    struct reader reader = {bytes, size, size > SIM_TPDU_MAX};
    struct sim_tpdu *tpdu = ret_tpdu;
    memset(tpdu, 0, sizeof *tpdu);
    tpdu->first_octet = take(&reader);
    unsigned type = tpdu->first_octet & 3;
    if (type == SIM_TPDU_REPORT) {
        take_report(&reader, tpdu);
        return !reader.failed;
    }
    if (type != SIM_TPDU_DELIVER && type != SIM_TPDU_SUBMIT)
        return false;
    if (type == SIM_TPDU_SUBMIT)
        tpdu->reference = take(&reader);
    take_address(&reader, &tpdu->address);
    tpdu->protocol = take(&reader);
    tpdu->coding = take(&reader);
    if (type == SIM_TPDU_SUBMIT)
        take_validity(&reader, tpdu);
    else
        take_bytes(&reader, tpdu->time, sizeof tpdu->time);
    take_user_data(&reader, tpdu);
    return !reader.failed;
}

static uint8_t *put(uint8_t *to, const void *bytes, size_t size)
{
    memcpy(to, bytes, size);
    return to + size;
}

size_t sim_tpdu_write(const struct sim_tpdu *tpdu, uint8_t *buffer)
{
    unsigned type = tpdu->first_octet & 3;
    uint8_t *to = buffer;
    *to++ = tpdu->first_octet;
    if (type != SIM_TPDU_DELIVER)
        *to++ = tpdu->reference;
    to += sim_address_write(&tpdu->address, to);
    if (type == SIM_TPDU_REPORT) {
        to = put(to, tpdu->time, sizeof tpdu->time);
        to = put(to, tpdu->discharge, sizeof tpdu->discharge);
        *to++ = tpdu->status;
        return (size_t)(to - buffer);
    }
    *to++ = tpdu->protocol;
    *to++ = tpdu->coding;
    if (type == SIM_TPDU_DELIVER)
        to = put(to, tpdu->time, sizeof tpdu->time);
    unsigned format = type == SIM_TPDU_SUBMIT ? tpdu->first_octet & SIM_TPDU_VALIDITY : 0;
    if (format != 0)
        *to++ = tpdu->validity;
    if (format != 0 && format != 0x10)
        to = put(to, tpdu->validity_rest, sizeof tpdu->validity_rest);
    *to++ = tpdu->user_length;
    to = put(to, tpdu->user, tpdu->user_octets);
    return (size_t)(to - buffer);
}
