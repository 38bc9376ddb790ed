/* test_synthetic_package.c - packages: the size asked for, the same bytes always, good in the
 * module's eyes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "harness/bench/synthetic_package.h"
#include "sim/catalogue.h"
#include "sim/sim.h"

static const struct bench_package small = {"SIM7000C", "1351B03SIM7000C", "1351B04SIM7000C", 0};

static uint8_t *make(uint32_t size_bytes, size_t *ret_size)
{
    struct bench_package package = small;
    char error[200] = "";
    uint8_t *bytes;

    package.size_bytes = size_bytes;
    bytes = bench_package_make(&package, ret_size, error, sizeof error);
    if (!bytes)
        fail_msg("%lu bytes: %s", (unsigned long)size_bytes, error);
    return bytes;
}

static void the_module_takes_it_for_good(void **state)
{
    struct sim_package seen;
    size_t size;
    uint8_t *bytes = make(109285, &size);

    (void)state;
    sim_package_check(bytes, size, &seen);
    assert_int_equal(seen.verdict, SIM_PACKAGE_GOOD);
    assert_string_equal(seen.variant, small.variant);
    assert_string_equal(seen.from_revision, small.from);
    assert_string_equal(seen.to_revision, small.to);
    free(bytes);
}

static void every_size_from_the_smallest_on_is_met(void **state)
{
    struct sim_package seen;
    size_t smallest, size, commented = 0;

    (void)state;
    free(make(0, &smallest));
    /* The payload's size grows by a digit at 10 and 100: one size each is jumped over. */
    for (uint32_t wanted = (uint32_t)smallest; wanted < smallest + 130; wanted++) {
        uint8_t *bytes = make(wanted, &size);
        assert_int_equal(size, wanted);
        sim_package_check(bytes, size, &seen);
        assert_int_equal(seen.verdict, SIM_PACKAGE_GOOD);
        commented += memcmp(bytes + size - 23, "PK\005\006", 4) == 0;
        free(bytes);
    }
    assert_int_equal(commented, 2);
}

static void the_bytes_are_the_same_always_and_everywhere(void **state)
{
    size_t size;
    uint8_t *bytes;

    (void)state;
    assert_int_equal(setenv("TZ", "Asia/Tokyo", 1), 0);
    bytes = make(109285, &size);
    assert_int_equal(bench_package_crc32(bytes, size), 0x86a202ca);
    free(bytes);
}

static void a_size_that_is_too_small_is_refused_with_the_smallest(void **state)
{
    struct bench_package package = small;
    char error[200] = "", want[200];
    size_t size;

    (void)state;
    free(make(0, &size));
    package.size_bytes = (uint32_t)size - 1;
    snprintf(want, sizeof want, "a package of %lu bytes cannot be made; the smallest has %lu",
             (unsigned long)size - 1, (unsigned long)size);
    assert_null(bench_package_make(&package, &size, error, sizeof error));
    assert_string_equal(error, want);
}

static void a_revision_that_is_too_long_is_refused(void **state)
{
    struct bench_package package = small;
    char error[200] = "", long_name[600];
    size_t size;

    (void)state;
    memset(long_name, 'x', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    package.to = long_name;
    assert_null(bench_package_make(&package, &size, error, sizeof error));
    assert_non_null(strstr(error, "too long"));
}

static void other_tools_can_read_it(void **state)
{
    size_t size;
    uint8_t *bytes = make(1000, &size);
    zip_error_t error;
    zip_stat_t stat;
    zip_t *zip;

    (void)state;
    zip_error_init(&error);
    zip = zip_open_from_source(zip_source_buffer_create(bytes, size, 0, &error),
                               ZIP_RDONLY | ZIP_CHECKCONS, &error);
    assert_non_null(zip);
    assert_int_equal(zip_stat(zip, sim_payload_entry, 0, &stat), 0);
    assert_int_equal(stat.comp_method, ZIP_CM_STORE);
    assert_int_equal(zip_stat(zip, sim_manifest_entry, 0, &stat), 0);
    zip_discard(zip);
    free(bytes);
}

/* What libzip makes of the entry, in the archive that is written anew. */
static void add_as_it_is(zip_t *to, zip_t *from, const char *name)
{
    zip_stat_t stat;
    zip_file_t *file = zip_fopen(from, name, 0);
    assert_non_null(file);
    assert_int_equal(zip_stat(from, name, 0, &stat), 0);
    void *bytes = stat.size > 0 ? malloc(stat.size) : NULL;
    /* the last byte is not given out when the checksum is wrong */
    assert_int_equal(zip_fread(file, bytes, stat.size), stat.size);
    assert_int_equal(zip_fclose(file), 0);
    zip_int64_t index = zip_file_add(
        to, name, zip_source_buffer(to, bytes, stat.size, bytes != NULL), ZIP_FL_ENC_GUESS);
    assert_true(index >= 0);
    assert_int_equal(zip_set_file_compression(to, (zip_uint64_t)index, ZIP_CM_STORE, 0), 0);
    assert_int_equal(zip_file_set_dostime(to, (zip_uint64_t)index, 0, 1 << 5 | 1, 0), 0);
    assert_int_equal(zip_file_set_external_attributes(to, (zip_uint64_t)index, 0, ZIP_OPSYS_UNIX,
                                                      (zip_uint32_t)0100644 << 16),
                     0);
}

static void libzip_writes_the_same_bytes(void **state)
{
    static const uint32_t sizes[] = {0, 455, 456, 1000, 109285};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        size_t size;
        uint8_t *bytes = make(sizes[i], &size);
        zip_error_t error;
        zip_error_init(&error);
        zip_t *ours = zip_open_from_source(zip_source_buffer_create(bytes, size, 0, &error),
                                           ZIP_RDONLY | ZIP_CHECKCONS, &error);
        zip_source_t *written = zip_source_buffer_create(NULL, 0, 0, &error);
        zip_t *theirs = zip_open_from_source(written, ZIP_CREATE | ZIP_TRUNCATE, &error);
        assert_non_null(ours);
        assert_non_null(theirs);
        zip_source_keep(written);
        int length = 0;
        const char *comment = zip_get_archive_comment(ours, &length, ZIP_FL_ENC_RAW);
        assert_int_equal(zip_set_archive_comment(theirs, comment, (zip_uint16_t)length), 0);
        add_as_it_is(theirs, ours, sim_manifest_entry);
        add_as_it_is(theirs, ours, sim_payload_entry);
        assert_int_equal(zip_close(theirs), 0);
        uint8_t *copy = malloc(size);
        assert_int_equal(zip_source_open(written), 0);
        assert_int_equal(zip_source_read(written, copy, size), size);
        assert_memory_equal(copy, bytes, size);
        assert_int_equal(zip_source_close(written), 0);
        zip_source_free(written);
        zip_discard(ours);
        free(copy);
        free(bytes);
    }
}

static void the_checksum_is_the_one_of_zip(void **state)
{
    (void)state;
    assert_int_equal(bench_package_crc32("123456789", 9), 0xcbf43926);
    assert_int_equal(bench_package_crc32("", 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_module_takes_it_for_good),
        cmocka_unit_test(every_size_from_the_smallest_on_is_met),
        cmocka_unit_test(the_bytes_are_the_same_always_and_everywhere),
        cmocka_unit_test(a_size_that_is_too_small_is_refused_with_the_smallest),
        cmocka_unit_test(a_revision_that_is_too_long_is_refused),
        cmocka_unit_test(other_tools_can_read_it),
        cmocka_unit_test(libzip_writes_the_same_bytes),
        cmocka_unit_test(the_checksum_is_the_one_of_zip),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
