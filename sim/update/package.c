/*
 * package.c - the update package: a zip with stored entries, a manifest, checksums.
 *
 * The format of real packages is not known; this one is ours: entry fota-manifest.txt holds
 * one `key: value` line each of format, variant, from, to, payload, payload-size (decimal, bytes)
 * and payload-crc32 (8 hexadecimal digits), every key once; entry delta.bin is the payload.
 * The bytes may be anything: each offset and length is checked before it is used.
 */
#include "sim/update/package.h"

#include <string.h>

const char sim_manifest_entry[] = "fota-manifest.txt";
const char sim_payload_entry[] = "delta.bin";
const char sim_manifest_format[] = "fotarig-delta-1";

/* Sizes of the zip format (PKWARE APPNOTE 4.3) and the bounds set here. */
enum {
    END_BYTES = 22,
    CENTRAL_BYTES = 46,
    LOCAL_BYTES = 30,
    COMMENT_BYTES = 1024, /* longest comment behind the directory that is looked through */
    ENTRIES = 16,
    NAME_BYTES = 64,
    MANIFEST_BYTES = 512,
    PIECE_BYTES = 1024, /* read at once for a checksum; a multiple of 8 */
    SLICED_BYTES = 8192 /* from here on larger tables pay */
};
#define END_SIGNATURE     0x06054b50u
#define CENTRAL_SIGNATURE 0x02014b50u
#define LOCAL_SIGNATURE   0x04034b50u
#define FLAG_ENCRYPTED    0x0001u
#define FLAG_DESCRIPTOR   0x0008u /* sizes and checksum are not in the local header */

/* CRC-32 of ISO 3309, reflected, one byte a step. */
static const uint32_t crc_table[256] = {
    0x00000000, 0x77073096, 0xee0e612c, 0x990951ba, 0x076dc419, 0x706af48f, 0xe963a535, 0x9e6495a3,
    0x0edb8832, 0x79dcb8a4, 0xe0d5e91e, 0x97d2d988, 0x09b64c2b, 0x7eb17cbd, 0xe7b82d07, 0x90bf1d91,
    0x1db71064, 0x6ab020f2, 0xf3b97148, 0x84be41de, 0x1adad47d, 0x6ddde4eb, 0xf4d4b551, 0x83d385c7,
    0x136c9856, 0x646ba8c0, 0xfd62f97a, 0x8a65c9ec, 0x14015c4f, 0x63066cd9, 0xfa0f3d63, 0x8d080df5,
    0x3b6e20c8, 0x4c69105e, 0xd56041e4, 0xa2677172, 0x3c03e4d1, 0x4b04d447, 0xd20d85fd, 0xa50ab56b,
    0x35b5a8fa, 0x42b2986c, 0xdbbbc9d6, 0xacbcf940, 0x32d86ce3, 0x45df5c75, 0xdcd60dcf, 0xabd13d59,
    0x26d930ac, 0x51de003a, 0xc8d75180, 0xbfd06116, 0x21b4f4b5, 0x56b3c423, 0xcfba9599, 0xb8bda50f,
    0x2802b89e, 0x5f058808, 0xc60cd9b2, 0xb10be924, 0x2f6f7c87, 0x58684c11, 0xc1611dab, 0xb6662d3d,
    0x76dc4190, 0x01db7106, 0x98d220bc, 0xefd5102a, 0x71b18589, 0x06b6b51f, 0x9fbfe4a5, 0xe8b8d433,
    0x7807c9a2, 0x0f00f934, 0x9609a88e, 0xe10e9818, 0x7f6a0dbb, 0x086d3d2d, 0x91646c97, 0xe6635c01,
    0x6b6b51f4, 0x1c6c6162, 0x856530d8, 0xf262004e, 0x6c0695ed, 0x1b01a57b, 0x8208f4c1, 0xf50fc457,
    0x65b0d9c6, 0x12b7e950, 0x8bbeb8ea, 0xfcb9887c, 0x62dd1ddf, 0x15da2d49, 0x8cd37cf3, 0xfbd44c65,
    0x4db26158, 0x3ab551ce, 0xa3bc0074, 0xd4bb30e2, 0x4adfa541, 0x3dd895d7, 0xa4d1c46d, 0xd3d6f4fb,
    0x4369e96a, 0x346ed9fc, 0xad678846, 0xda60b8d0, 0x44042d73, 0x33031de5, 0xaa0a4c5f, 0xdd0d7cc9,
    0x5005713c, 0x270241aa, 0xbe0b1010, 0xc90c2086, 0x5768b525, 0x206f85b3, 0xb966d409, 0xce61e49f,
    0x5edef90e, 0x29d9c998, 0xb0d09822, 0xc7d7a8b4, 0x59b33d17, 0x2eb40d81, 0xb7bd5c3b, 0xc0ba6cad,
    0xedb88320, 0x9abfb3b6, 0x03b6e20c, 0x74b1d29a, 0xead54739, 0x9dd277af, 0x04db2615, 0x73dc1683,
    0xe3630b12, 0x94643b84, 0x0d6d6a3e, 0x7a6a5aa8, 0xe40ecf0b, 0x9309ff9d, 0x0a00ae27, 0x7d079eb1,
    0xf00f9344, 0x8708a3d2, 0x1e01f268, 0x6906c2fe, 0xf762575d, 0x806567cb, 0x196c3671, 0x6e6b06e7,
    0xfed41b76, 0x89d32be0, 0x10da7a5a, 0x67dd4acc, 0xf9b9df6f, 0x8ebeeff9, 0x17b7be43, 0x60b08ed5,
    0xd6d6a3e8, 0xa1d1937e, 0x38d8c2c4, 0x4fdff252, 0xd1bb67f1, 0xa6bc5767, 0x3fb506dd, 0x48b2364b,
    0xd80d2bda, 0xaf0a1b4c, 0x36034af6, 0x41047a60, 0xdf60efc3, 0xa867df55, 0x316e8eef, 0x4669be79,
    0xcb61b38c, 0xbc66831a, 0x256fd2a0, 0x5268e236, 0xcc0c7795, 0xbb0b4703, 0x220216b9, 0x5505262f,
    0xc5ba3bbe, 0xb2bd0b28, 0x2bb45a92, 0x5cb36a04, 0xc2d7ffa7, 0xb5d0cf31, 0x2cd99e8b, 0x5bdeae1d,
    0x9b64c2b0, 0xec63f226, 0x756aa39c, 0x026d930a, 0x9c0906a9, 0xeb0e363f, 0x72076785, 0x05005713,
    0x95bf4a82, 0xe2b87a14, 0x7bb12bae, 0x0cb61b38, 0x92d28e9b, 0xe5d5be0d, 0x7cdcefb7, 0x0bdbdf21,
    0x86d3d2d4, 0xf1d4e242, 0x68ddb3f8, 0x1fda836e, 0x81be16cd, 0xf6b9265b, 0x6fb077e1, 0x18b74777,
    0x88085ae6, 0xff0f6a70, 0x66063bca, 0x11010b5c, 0x8f659eff, 0xf862ae69, 0x616bffd3, 0x166ccf45,
    0xa00ae278, 0xd70dd2ee, 0x4e048354, 0x3903b3c2, 0xa7672661, 0xd06016f7, 0x4969474d, 0x3e6e77db,
    0xaed16a4a, 0xd9d65adc, 0x40df0b66, 0x37d83bf0, 0xa9bcae53, 0xdebb9ec5, 0x47b2cf7f, 0x30b5ffe9,
    0xbdbdf21c, 0xcabac28a, 0x53b39330, 0x24b4a3a6, 0xbad03605, 0xcdd70693, 0x54de5729, 0x23d967bf,
    0xb3667a2e, 0xc4614ab8, 0x5d681b02, 0x2a6f2b94, 0xb40bbe37, 0xc30c8ea1, 0x5a05df1b, 0x2d02ef8d,
};

static uint16_t get16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static uint32_t get32(const uint8_t *bytes)
{
    return (uint32_t)get16(bytes) | (uint32_t)get16(bytes + 2) << 16;
}

/* Tables for eight bytes a step, made from crc_table when there is much to do. */
struct slices {
    uint32_t table[8][256];
};

static void make_slices(struct slices *ret)
{
    memcpy(ret->table[0], crc_table, sizeof crc_table);
    for (unsigned k = 1; k < 8; k++)
        for (unsigned i = 0; i < 256; i++)
            ret->table[k][i] = crc_table[ret->table[k - 1][i] & 0xff] ^ (ret->table[k - 1][i] >> 8);
}

/* sim_crc32() in steps of eight; `size` is a multiple of 8. */
static uint32_t crc32_sliced(const struct slices *slices, uint32_t crc, const uint8_t *from,
                             size_t size)
{
    crc = ~crc;
    for (size_t i = 0; i < size; i += 8) {
        uint32_t low = crc ^ get32(from + i);
        uint32_t high = get32(from + i + 4);
        crc = slices->table[7][low & 0xff] ^ slices->table[6][low >> 8 & 0xff] ^
              slices->table[5][low >> 16 & 0xff] ^ slices->table[4][low >> 24] ^
              slices->table[3][high & 0xff] ^ slices->table[2][high >> 8 & 0xff] ^
              slices->table[1][high >> 16 & 0xff] ^ slices->table[0][high >> 24];
    }
    return ~crc;
}

uint32_t sim_crc32(uint32_t crc, const void *bytes, size_t size)
{
    const uint8_t *from = bytes;
    size_t sliced = size < SLICED_BYTES ? 0 : size / 8 * 8;
    struct slices slices;
    if (sliced > 0) {
        make_slices(&slices);
        crc = crc32_sliced(&slices, crc, from, sliced);
    }
    crc = ~crc;
    for (size_t i = sliced; i < size; i++)
        crc = crc_table[(crc ^ from[i]) & 0xff] ^ (crc >> 8);
    return ~crc;
}

/* ---- zip ----------------------------------------------------------------------------------- */

struct directory {
    uint32_t offset;
    uint32_t end;
    uint16_t entries;
};

struct entry {
    uint32_t offset; /* of the data */
    uint32_t size_bytes;
    uint32_t crc;
    char name[NAME_BYTES]; /* empty when it is longer than that */
};

static bool get(const struct sim_package_source *source, uint64_t offset, void *buffer, size_t size)
{
    return offset + size <= source->size_bytes &&
           source->read(source, (uint32_t)offset, buffer, size) == size;
}

/* A truncated package fails here, before anything large is read. */
static bool find_directory(const struct sim_package_source *source, struct directory *ret)
{
    uint8_t tail[END_BYTES + COMMENT_BYTES];
    uint32_t size = source->size_bytes < sizeof tail ? source->size_bytes : (uint32_t)sizeof tail;
    uint32_t base = source->size_bytes - size;
    if (size < END_BYTES || !get(source, base, tail, size))
        return false;
    for (uint32_t at = size - END_BYTES + 1; at-- > 0;) {
        const uint8_t *end = tail + at;
        if (get32(end) != END_SIGNATURE || get16(end + 20) != size - at - END_BYTES)
            continue;
        uint64_t directory_end = (uint64_t)get32(end + 16) + get32(end + 12);
        ret->offset = get32(end + 16);
        ret->end = (uint32_t)directory_end;
        ret->entries = get16(end + 10);
        return get32(end + 4) == 0 && get16(end + 8) == ret->entries && ret->entries > 0 &&
               ret->entries <= ENTRIES && directory_end == (uint64_t)base + at;
    }
    return false;
}

/* What both headers tell must be the same, so that a damaged header is found too. */
static bool local_agrees(const struct sim_package_source *source, const uint8_t *central,
                         const char *name, struct entry *entry, uint32_t limit)
{
    uint8_t local[LOCAL_BYTES];
    char local_name[NAME_BYTES];
    uint32_t offset = get32(central + 42);
    uint16_t length = get16(central + 28);
    if ((uint64_t)offset + LOCAL_BYTES > limit || !get(source, offset, local, sizeof local) ||
        get32(local) != LOCAL_SIGNATURE || memcmp(local + 4, central + 6, 10) != 0 ||
        get16(local + 26) != length)
        return false;
    if (!(get16(local + 6) & FLAG_DESCRIPTOR) && memcmp(local + 14, central + 16, 12) != 0)
        return false;
    if (length < NAME_BYTES && (!get(source, (uint64_t)offset + LOCAL_BYTES, local_name, length) ||
                                memcmp(local_name, name, length) != 0))
        return false;
    uint64_t data = (uint64_t)offset + LOCAL_BYTES + length + get16(local + 28);
    entry->offset = (uint32_t)data;
    return data + entry->size_bytes <= limit;
}

/* Reads the entry at *at of the directory and moves *at behind it. */
static bool next_entry(const struct sim_package_source *source, const struct directory *directory,
                       uint32_t *at, struct entry *ret)
{
    uint8_t central[CENTRAL_BYTES];
    memset(ret, 0, sizeof *ret);
    if ((uint64_t)*at + CENTRAL_BYTES > directory->end ||
        !get(source, *at, central, sizeof central))
        return false;
    uint16_t length = get16(central + 28);
    uint64_t end =
        (uint64_t)*at + CENTRAL_BYTES + length + get16(central + 30) + get16(central + 32);
    if (get32(central) != CENTRAL_SIGNATURE || end > directory->end)
        return false;
    if (length < NAME_BYTES && !get(source, (uint64_t)*at + CENTRAL_BYTES, ret->name, length))
        return false;
    ret->crc = get32(central + 16);
    ret->size_bytes = get32(central + 24);
    *at = (uint32_t)end;
    bool stored = get16(central + 10) == 0 && !(get16(central + 8) & FLAG_ENCRYPTED) &&
                  get32(central + 20) == ret->size_bytes;
    return stored && local_agrees(source, central, ret->name, ret, directory->offset);
}

static bool has_checksum(const struct sim_package_source *source, const struct entry *entry)
{
    uint8_t piece[PIECE_BYTES];
    struct slices slices;
    uint32_t crc = 0;
    bool large = entry->size_bytes >= SLICED_BYTES;
    if (large)
        make_slices(&slices);
    for (uint32_t done = 0; done < entry->size_bytes;) {
        uint32_t size = entry->size_bytes - done;
        if (size > sizeof piece)
            size = sizeof piece;
        if (!get(source, (uint64_t)entry->offset + done, piece, size))
            return false;
        uint32_t sliced = large ? size & ~7u : 0;
        if (sliced)
            crc = crc32_sliced(&slices, crc, piece, sliced);
        crc = sim_crc32(crc, piece + sliced, size - sliced);
        done += size;
    }
    return crc == entry->crc;
}

/* ---- manifest ------------------------------------------------------------------------------ */

struct manifest {
    char format[24];
    char variant[16];
    char from[40];
    char to[40];
    char payload[24];
    char payload_size[12];
    char payload_crc[9];
};

#define FIELD(name, member)                                                                        \
    {                                                                                              \
        name, offsetof(struct manifest, member), sizeof((struct manifest *)0)->member              \
    }

static const struct {
    const char *key;
    size_t offset, capacity;
} manifest_fields[] = {
    FIELD("format", format),
    FIELD("variant", variant),
    FIELD("from", from),
    FIELD("to", to),
    FIELD("payload", payload),
    FIELD("payload-size", payload_size),
    FIELD("payload-crc32", payload_crc),
};

enum { FIELDS = sizeof manifest_fields / sizeof manifest_fields[0] };

/* Takes one line without its LF; false when it is no field, or one that was there already. */
static bool manifest_line(struct manifest *manifest, const char *line, size_t length)
{
    for (unsigned i = 0; i < FIELDS; i++) {
        size_t key = strlen(manifest_fields[i].key);
        char *value = (char *)manifest + manifest_fields[i].offset;
        if (length < key + 3 || memcmp(line, manifest_fields[i].key, key) != 0 ||
            memcmp(line + key, ": ", 2) != 0)
            continue;
        size_t size = length - key - 2;
        if (value[0] || size >= manifest_fields[i].capacity)
            return false;
        for (size_t c = 0; c < size; c++)
            if (line[key + 2 + c] <= ' ' || line[key + 2 + c] > '~')
                return false;
        memcpy(value, line + key + 2, size);
        return true;
    }
    return false;
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

/* Whole text in the base, at most UINT32_MAX. */
static bool parse_number(const char *text, uint32_t base, uint32_t *ret_value)
{
    uint64_t value = 0;
    for (const char *c = text; *c; c++) {
        int digit = digit_value(*c);
        if (digit < 0 || (uint32_t)digit >= base)
            return false;
        value = value * base + (uint32_t)digit;
        if (value > UINT32_MAX)
            return false;
    }
    *ret_value = (uint32_t)value;
    return text[0] != '\0';
}

static bool parse_manifest(const char *text, size_t size, struct manifest *ret)
{
    memset(ret, 0, sizeof *ret);
    for (size_t at = 0; at < size;) {
        const char *end = memchr(text + at, '\n', size - at);
        if (!end || !manifest_line(ret, text + at, (size_t)(end - text) - at))
            return false;
        at = (size_t)(end - text) + 1;
    }
    for (unsigned i = 0; i < FIELDS; i++)
        if (!((const char *)ret)[manifest_fields[i].offset])
            return false;
    return strcmp(ret->format, sim_manifest_format) == 0 &&
           strcmp(ret->payload, sim_payload_entry) == 0 && strlen(ret->payload_crc) == 8;
}

struct text {
    char *bytes;
    size_t capacity, length;
};

static void put(struct text *text, const char *bytes, size_t size)
{
    if (text->length + size < text->capacity)
        memcpy(text->bytes + text->length, bytes, size);
    text->length += size;
}

static void put_field(struct text *text, unsigned field, const char *value)
{
    put(text, manifest_fields[field].key, strlen(manifest_fields[field].key));
    put(text, ": ", 2);
    put(text, value, strlen(value));
    put(text, "\n", 1);
}

size_t sim_manifest_write(char *buffer, size_t capacity, const char *variant, const char *from,
                          const char *to, uint32_t payload_size_bytes, uint32_t payload_crc32)
{
    struct text text = {.bytes = buffer, .capacity = capacity};
    char crc[9] = {0};
    for (unsigned i = 0; i < 8; i++)
        crc[i] = "0123456789abcdef"[payload_crc32 >> (28 - 4 * i) & 15];
    char decimal[11] = {0};
    size_t first = sizeof decimal - 1;
    do {
        decimal[--first] = (char)('0' + payload_size_bytes % 10);
        payload_size_bytes /= 10;
    } while (payload_size_bytes);
    const char *values[FIELDS] = {sim_manifest_format, variant,         from, to,
                                  sim_payload_entry,   decimal + first, crc};
    for (unsigned i = 0; i < FIELDS; i++)
        put_field(&text, i, values[i]);
    if (text.length >= capacity)
        return 0;
    buffer[text.length] = '\0';
    return text.length;
}

/* ---- check --------------------------------------------------------------------------------- */

struct found {
    struct entry manifest, payload;
    bool has_manifest, has_payload, checksums;
};

/* One pass over all entries; false when the structure is not that of a zip. */
static bool read_entries(const struct sim_package_source *source, struct found *ret)
{
    struct directory directory;
    struct entry entry;
    uint64_t total = 0;
    memset(ret, 0, sizeof *ret);
    ret->checksums = true;
    if (!find_directory(source, &directory))
        return false;
    uint32_t at = directory.offset;
    for (unsigned i = 0; i < directory.entries; i++) {
        if (!next_entry(source, &directory, &at, &entry))
            return false;
        /* Entries that overlap would make the work grow with their number. */
        total += entry.size_bytes;
        if (total > source->size_bytes)
            return false;
        ret->checksums = has_checksum(source, &entry) && ret->checksums;
        if (strcmp(entry.name, sim_manifest_entry) == 0) {
            ret->manifest = entry;
            ret->has_manifest = true;
        } else if (strcmp(entry.name, sim_payload_entry) == 0) {
            ret->payload = entry;
            ret->has_payload = true;
        }
    }
    return at == directory.end;
}

static enum sim_package_verdict check(const struct sim_package_source *source,
                                      struct sim_package *package)
{
    struct found found;
    struct manifest manifest;
    char text[MANIFEST_BYTES];
    uint32_t size, crc;
    if (!read_entries(source, &found))
        return SIM_PACKAGE_NOT_ZIP;
    if (!found.has_manifest)
        return SIM_PACKAGE_NO_MANIFEST;
    if (!found.checksums)
        return SIM_PACKAGE_BAD_CHECKSUM;
    if (found.manifest.size_bytes > sizeof text ||
        !get(source, found.manifest.offset, text, found.manifest.size_bytes) ||
        !parse_manifest(text, found.manifest.size_bytes, &manifest) ||
        !parse_number(manifest.payload_size, 10, &size) ||
        !parse_number(manifest.payload_crc, 16, &crc) || !found.has_payload)
        return SIM_PACKAGE_BAD_MANIFEST;
    memcpy(package->variant, manifest.variant, sizeof package->variant);
    memcpy(package->from_revision, manifest.from, sizeof package->from_revision);
    memcpy(package->to_revision, manifest.to, sizeof package->to_revision);
    if (size != found.payload.size_bytes || crc != found.payload.crc)
        return SIM_PACKAGE_BAD_CHECKSUM;
    return SIM_PACKAGE_GOOD;
}

void sim_package_check_source(const struct sim_package_source *source,
                              struct sim_package *ret_package)
{
    memset(ret_package, 0, sizeof *ret_package);
    ret_package->verdict = (uint8_t)check(source, ret_package);
}

static size_t read_memory(const struct sim_package_source *source, uint32_t offset, void *buffer,
                          size_t size)
{
    memcpy(buffer, (const uint8_t *)source->context + offset, size);
    return size;
}

void sim_package_check(const uint8_t *bytes, size_t size, struct sim_package *ret_package)
{
    struct sim_package_source source = {
        .read = read_memory, .context = bytes, .size_bytes = (uint32_t)size};
    /* Nothing that a module could hold; its 32-bit fields would not reach the end. */
    if (size > UINT32_MAX)
        source.size_bytes = 0;
    sim_package_check_source(&source, ret_package);
}
