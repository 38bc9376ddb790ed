/* The check of update packages: right ones, wrong ones, hostile ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sim/catalogue.h"
#include "sim/test/support_package.h"
#include "sim/update/package.h"

#define FROM "1351B03SIM7000C"
#define TO   "1351B04SIM7000C"

static uint8_t buffer[128 * 1024];

static const char *verdict_name(unsigned verdict)
{
    static const char *const names[] = {"good", "not-zip", "no-manifest", "bad-manifest",
                                        "bad-checksum"};
    return verdict < 5 ? names[verdict] : "?";
}

static void expect(const uint8_t *bytes, size_t size, enum sim_package_verdict want,
                   const char *what, int line)
{
    struct sim_package package;
    memset(&package, 0x55, sizeof package);
    sim_package_check(bytes, size, &package);
    if (package.verdict != want)
        fail_msg("%s:%d: %s: want %s, got %s", __FILE__, line, what, verdict_name(want),
                 verdict_name(package.verdict));
}
#define EXPECT(size, want, what) expect(buffer, size, want, what, __LINE__)

static size_t good(void)
{
    return package_write(buffer, "SIM7000C", FROM, TO, 3000);
}

static void a_good_package_tells_variant_and_revisions(void **state)
{
    (void)state;
    struct sim_package package;
    sim_package_check(buffer, good(), &package);
    assert_int_equal(package.verdict, SIM_PACKAGE_GOOD);
    assert_string_equal(package.variant, "SIM7000C");
    assert_string_equal(package.from_revision, FROM);
    assert_string_equal(package.to_revision, TO);
}

static void every_truncation_is_no_zip(void **state)
{
    (void)state;
    size_t size = good();
    for (size_t cut = 0; cut < size; cut++)
        EXPECT(cut, SIM_PACKAGE_NOT_ZIP, "cut");
}

/* Everything before the central directory is covered by a checksum or held against its copy. */
static void every_damaged_byte_of_an_entry_is_found(void **state)
{
    (void)state;
    size_t size = good();
    uint32_t end = zip_directory(buffer, size);
    for (uint32_t i = 0; i < end; i++) {
        struct sim_package package;
        buffer[i] = (uint8_t)~buffer[i];
        sim_package_check(buffer, size, &package);
        buffer[i] = (uint8_t)~buffer[i];
        if (package.verdict == SIM_PACKAGE_GOOD)
            fail_msg("byte %lu of %lu damaged: want a fault, got good", (unsigned long)i,
                     (unsigned long)size);
    }
    EXPECT(size, SIM_PACKAGE_GOOD, "repaired");
}

static void a_damaged_directory_never_changes_what_a_package_is(void **state)
{
    (void)state;
    size_t size = good();
    for (size_t i = zip_directory(buffer, size); i < size; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            struct sim_package package;
            buffer[i] ^= (uint8_t)(1u << bit);
            sim_package_check(buffer, size, &package);
            buffer[i] ^= (uint8_t)(1u << bit);
            if (package.verdict == SIM_PACKAGE_GOOD) {
                assert_string_equal(package.from_revision, FROM);
                assert_string_equal(package.to_revision, TO);
            }
        }
    }
}

static void random_damage_is_survived(void **state)
{
    (void)state;
    uint32_t seed = 20181104;
    size_t size = package_write(buffer, "SIM7000C", FROM, TO, 200);
    static uint8_t original[4096];
    memcpy(original, buffer, size);
    for (unsigned round = 0; round < 20000; round++) {
        struct sim_package package;
        for (unsigned i = 0; i < 4; i++) {
            seed = seed * 1664525u + 1013904223u;
            buffer[(seed >> 8) % size] = (uint8_t)(seed >> 3);
        }
        sim_package_check(buffer, size, &package);
        assert_true(package.verdict <= SIM_PACKAGE_BAD_CHECKSUM);
        memcpy(buffer, original, size);
    }
}

/* Checksums of large entries take another way. */
static void a_damaged_bit_of_a_large_payload_is_found(void **state)
{
    (void)state;
    static const uint32_t payloads[] = {8191, 8192, 8199, 60001};
    for (unsigned i = 0; i < sizeof payloads / sizeof payloads[0]; i++) {
        size_t size = package_write(buffer, "SIM7000C", FROM, TO, payloads[i]);
        EXPECT(size, SIM_PACKAGE_GOOD, "large");
        for (uint32_t at = 300; at < payloads[i]; at += 977) {
            buffer[at] ^= (uint8_t)(1u << at % 8);
            EXPECT(size, SIM_PACKAGE_BAD_CHECKSUM, "damaged");
            buffer[at] ^= (uint8_t)(1u << at % 8);
        }
    }
}

/* ---- zip structure ------------------------------------------------------------------------- */

static void other_entries_are_allowed_and_checked(void **state)
{
    (void)state;
    size_t size = good();
    static uint8_t inner[8192];
    memcpy(inner, buffer, size);
    /* The manifest and payload of the good package, taken out of it, and a third entry. */
    const uint8_t *manifest = inner + 30 + strlen("fota-manifest.txt");
    uint32_t manifest_size = (uint32_t)inner[18] | (uint32_t)inner[19] << 8;
    const uint8_t *payload = manifest + manifest_size + 30 + strlen("delta.bin");
    struct zip_entry entries[] = {
        {.name = "readme.txt", .bytes = "hello", .size = 5},
        {.name = "fota-manifest.txt", .bytes = manifest, .size = manifest_size},
        {.name = "delta.bin", .bytes = payload, .size = 3000},
    };
    size = zip_write(buffer, entries, 3, 0);
    EXPECT(size, SIM_PACKAGE_GOOD, "third entry");
    buffer[30 + strlen("readme.txt")] ^= 1;
    EXPECT(size, SIM_PACKAGE_BAD_CHECKSUM, "third entry damaged");
    size = zip_write(buffer, entries, 3, 1024);
    EXPECT(size, SIM_PACKAGE_GOOD, "comment of 1024 bytes");
    size = zip_write(buffer, entries, 3, 1025);
    EXPECT(size, SIM_PACKAGE_NOT_ZIP, "comment of 1025 bytes");
    entries[1].flags = entries[2].flags = 8;
    size = zip_write(buffer, entries, 3, 0);
    EXPECT(size, SIM_PACKAGE_GOOD, "sizes in the directory only");
    entries[2].flags = 1;
    size = zip_write(buffer, entries, 3, 0);
    EXPECT(size, SIM_PACKAGE_NOT_ZIP, "encrypted");
    entries[2].flags = 0;
    entries[2].method = 8;
    size = zip_write(buffer, entries, 3, 0);
    EXPECT(size, SIM_PACKAGE_NOT_ZIP, "compressed");
}

static void the_number_of_entries_is_bounded(void **state)
{
    (void)state;
    struct zip_entry entries[17];
    for (unsigned i = 0; i < 17; i++)
        entries[i] = (struct zip_entry){.name = "x", .bytes = "y", .size = 1};
    EXPECT(zip_write(buffer, entries, 16, 0), SIM_PACKAGE_NO_MANIFEST, "16 entries");
    EXPECT(zip_write(buffer, entries, 17, 0), SIM_PACKAGE_NOT_ZIP, "17 entries");
    EXPECT(zip_write(buffer, entries, 0, 0), SIM_PACKAGE_NOT_ZIP, "no entry");
}

static void entries_that_overlap_are_refused(void **state)
{
    (void)state;
    static uint8_t payload[1000];
    struct zip_entry entries[2] = {{.name = "a", .bytes = payload, .size = 1000},
                                   {.name = "a", .bytes = payload, .size = 0}};
    size_t size = zip_write(buffer, entries, 2, 0);
    uint32_t second = zip_directory(buffer, size) + 46 + 1;
    memcpy(buffer + second, buffer + zip_directory(buffer, size), 46); /* the first once more */
    EXPECT(size, SIM_PACKAGE_NOT_ZIP, "the same data twice");
}

/* Fields of a central header set to the largest value: nothing is read outside the bytes. */
static void hostile_offsets_and_sizes_are_refused(void **state)
{
    (void)state;
    static const unsigned fields[] = {20, 24, 28, 30, 32, 42};
    size_t size = good();
    uint32_t directory = zip_directory(buffer, size);
    for (unsigned i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        uint8_t old[2];
        uint8_t *field = buffer + directory + fields[i];
        memcpy(old, field, 2);
        memset(field, 0xff, 2);
        EXPECT(size, SIM_PACKAGE_NOT_ZIP, "field of 65535");
        memcpy(field, old, 2);
    }
    memset(buffer + size - 10, 0xff, 8);
    EXPECT(size, SIM_PACKAGE_NOT_ZIP, "directory beyond the end");
}

/* ---- manifest ------------------------------------------------------------------------------ */

struct manifest_row {
    const char *name;
    const char *text;
    enum sim_package_verdict want;
};

/* %CRC% stands for the CRC-32 of the 300 bytes of payload. */
#define HEAD "format: fotarig-delta-1\nvariant: SIM7000C\n"
#define REVS "from: " FROM "\nto: " TO "\n"
#define NAME "payload: delta.bin\n"
#define SIZE "payload-size: 300\n"
#define CRC  "payload-crc32: %CRC%\n"

static const struct manifest_row manifest_rows[] = {
    {"manifest as written", HEAD REVS NAME SIZE CRC, SIM_PACKAGE_GOOD},
    {"manifest in another order", CRC SIZE NAME REVS HEAD, SIM_PACKAGE_GOOD},
    {"manifest that is empty", "", SIM_PACKAGE_BAD_MANIFEST},
    {"manifest without a payload size", HEAD REVS NAME CRC, SIM_PACKAGE_BAD_MANIFEST},
    {"manifest without a checksum", HEAD REVS NAME SIZE, SIM_PACKAGE_BAD_MANIFEST},
    {"manifest without revisions", HEAD NAME SIZE CRC, SIM_PACKAGE_BAD_MANIFEST},
    {"manifest with a key twice", HEAD REVS NAME SIZE SIZE CRC, SIM_PACKAGE_BAD_MANIFEST},
    {"manifest with an unknown key", HEAD REVS NAME SIZE CRC "note: x\n", SIM_PACKAGE_BAD_MANIFEST},
    {"manifest with an empty value", HEAD "from: \nto: " TO "\n" NAME SIZE CRC,
     SIM_PACKAGE_BAD_MANIFEST},
    {"manifest with a space in a value", HEAD "from: a b\nto: " TO "\n" NAME SIZE CRC,
     SIM_PACKAGE_BAD_MANIFEST},
    {"manifest with an empty line", HEAD "\n" REVS NAME SIZE CRC, SIM_PACKAGE_BAD_MANIFEST},
    {"manifest with cr lf", "format: fotarig-delta-1\r\nvariant: SIM7000C\r\n" REVS NAME SIZE CRC,
     SIM_PACKAGE_BAD_MANIFEST},
    {"manifest without the last lf", HEAD REVS NAME SIZE "payload-crc32: %CRC%",
     SIM_PACKAGE_BAD_MANIFEST},
    {"manifest of another format",
     "format: fotarig-delta-2\nvariant: SIM7000C\n" REVS NAME SIZE CRC, SIM_PACKAGE_BAD_MANIFEST},
    {"manifest with another payload name", HEAD REVS "payload: other.bin\n" SIZE CRC,
     SIM_PACKAGE_BAD_MANIFEST},
    {"manifest with a variant of 15",
     "format: fotarig-delta-1\nvariant: 123456789012345\n" REVS NAME SIZE CRC, SIM_PACKAGE_GOOD},
    {"manifest with a variant of 16",
     "format: fotarig-delta-1\nvariant: 1234567890123456\n" REVS NAME SIZE CRC,
     SIM_PACKAGE_BAD_MANIFEST},
    {"manifest with a size beyond 32 bits", HEAD REVS NAME "payload-size: 4294967596\n" CRC,
     SIM_PACKAGE_BAD_MANIFEST},
    {"manifest with a size that is no number", HEAD REVS NAME "payload-size: 30x\n" CRC,
     SIM_PACKAGE_BAD_MANIFEST},
    {"manifest with a checksum of 7 digits", HEAD REVS NAME SIZE "payload-crc32: 1234567\n",
     SIM_PACKAGE_BAD_MANIFEST},
    {"manifest with another size", HEAD REVS NAME "payload-size: 301\n" CRC,
     SIM_PACKAGE_BAD_CHECKSUM},
    {"manifest with another checksum", HEAD REVS NAME SIZE "payload-crc32: 00000000\n",
     SIM_PACKAGE_BAD_CHECKSUM},
};

/* The row's text with the payload's real checksum in place of %CRC%. */
static size_t package_of_row(const struct manifest_row *row)
{
    char text[600];
    char crc[9];
    size_t size = package_write(buffer, "SIM7000C", FROM, TO, 300);
    const uint8_t *entry = buffer + zip_directory(buffer, size) + 46 + strlen("fota-manifest.txt");
    snprintf(crc, sizeof crc, "%02x%02x%02x%02x", entry[19], entry[18], entry[17], entry[16]);
    snprintf(text, sizeof text, "%s", row->text);
    char *mark = strstr(text, "%CRC%");
    if (mark) {
        memmove(mark + 8, mark + 5, strlen(mark + 5) + 1);
        memcpy(mark, crc, 8);
    }
    return package_write_manifest(buffer, text, 300, 1);
}

static void check_manifest_row(void **state)
{
    const struct manifest_row *row = *state;
    EXPECT(package_of_row(row), row->want, row->name);
}

static void a_package_needs_manifest_and_payload(void **state)
{
    (void)state;
    struct zip_entry payload = {.name = "delta.bin", .bytes = "abc", .size = 3};
    EXPECT(zip_write(buffer, &payload, 1, 0), SIM_PACKAGE_NO_MANIFEST, "payload alone");
    EXPECT(package_write_manifest(
               buffer, HEAD REVS NAME "payload-size: 3\npayload-crc32: 352441c2\n", 3, 0),
           SIM_PACKAGE_BAD_MANIFEST, "manifest alone");
}

static void a_manifest_is_written_key_by_key(void **state)
{
    (void)state;
    static const char want[] = "format: fotarig-delta-1\nvariant: SIM7000C\nfrom: " FROM "\nto: " TO
                               "\npayload: delta.bin\npayload-size: 109285\n"
                               "payload-crc32: 00c0ffee\n";
    char text[sizeof want];
    size_t length = sim_manifest_write(text, sizeof text, "SIM7000C", FROM, TO, 109285, 0x00c0ffee);
    assert_int_equal(length, sizeof want - 1);
    assert_string_equal(text, want);
    assert_int_equal(
        sim_manifest_write(text, sizeof text - 1, "SIM7000C", FROM, TO, 109285, 0x00c0ffee), 0);
    assert_int_equal(sim_manifest_write(text, 0, "SIM7000C", FROM, TO, 0, 0), 0);
}

static void a_manifest_that_was_written_is_read(void **state)
{
    (void)state;
    char text[512];
    uint8_t payload[] = "some delta";
    size_t length =
        sim_manifest_write(text, sizeof text, "SIM7000G", "1529B03SIM7000G", "1529B04SIM7000G",
                           sizeof payload, reference_crc32(payload, sizeof payload));
    struct zip_entry entries[] = {
        {.name = sim_manifest_entry, .bytes = text, .size = (uint32_t)length},
        {.name = sim_payload_entry, .bytes = payload, .size = sizeof payload},
    };
    struct sim_package package;
    sim_package_check(buffer, zip_write(buffer, entries, 2, 0), &package);
    assert_int_equal(package.verdict, SIM_PACKAGE_GOOD);
    assert_string_equal(package.variant, "SIM7000G");
    assert_string_equal(package.to_revision, "1529B04SIM7000G");
}

static void crc32_has_the_published_check_value(void **state)
{
    (void)state;
    assert_int_equal(sim_crc32(0, "123456789", 9), 0xcbf43926u);
    assert_int_equal(sim_crc32(sim_crc32(0, "1234", 4), "56789", 5), 0xcbf43926u);
}

int main(void)
{
    static const struct CMUnitTest fixed[] = {
        cmocka_unit_test(a_good_package_tells_variant_and_revisions),
        cmocka_unit_test(every_truncation_is_no_zip),
        cmocka_unit_test(every_damaged_byte_of_an_entry_is_found),
        cmocka_unit_test(a_damaged_directory_never_changes_what_a_package_is),
        cmocka_unit_test(random_damage_is_survived),
        cmocka_unit_test(a_damaged_bit_of_a_large_payload_is_found),
        cmocka_unit_test(other_entries_are_allowed_and_checked),
        cmocka_unit_test(the_number_of_entries_is_bounded),
        cmocka_unit_test(entries_that_overlap_are_refused),
        cmocka_unit_test(hostile_offsets_and_sizes_are_refused),
        cmocka_unit_test(a_package_needs_manifest_and_payload),
        cmocka_unit_test(a_manifest_is_written_key_by_key),
        cmocka_unit_test(a_manifest_that_was_written_is_read),
        cmocka_unit_test(crc32_has_the_published_check_value),
    };
    enum {
        FIXED = sizeof fixed / sizeof fixed[0],
        ROWS = sizeof manifest_rows / sizeof manifest_rows[0]
    };
    struct CMUnitTest tests[FIXED + ROWS];
    memcpy(tests, fixed, sizeof fixed);
    for (unsigned i = 0; i < ROWS; i++)
        tests[FIXED + i] =
            (struct CMUnitTest){.name = manifest_rows[i].name,
                                .test_func = check_manifest_row,
                                .initial_state = (void *)(uintptr_t)&manifest_rows[i]};
    return _cmocka_run_group_tests("package", tests, FIXED + ROWS, NULL, NULL);
}
