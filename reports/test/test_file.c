/* test_file.c - what is written, what is replaced, and what must never be. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cmocka.h>

#include "reports/file.h"

static char folder[64];
static char path[128]; /* the name that a test writes to, in the folder */

static const char *in_folder(const char *name)
{
    static char text[128];
    snprintf(text, sizeof text, "%s/%s", folder, name);
    return text;
}

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/fotarig-file-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/target", folder);
    return 0;
}

/* Removes what a test may have left; a fresh file that was left behind keeps the folder there. */
static int remove_folder(void **state)
{
    static const char *const names[] = {"target", "target.tmp",   "other",
                                        "other2", "inner/target", "inner"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        remove(in_folder(names[i]));
    return rmdir(folder);
}

static void put(const char *where, const char *text)
{
    FILE *file = fopen(where, "wb");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void assert_holds(const char *where, const char *want)
{
    char got[64] = "";
    FILE *file = fopen(where, "rb");
    assert_non_null(file);
    got[fread(got, 1, sizeof got - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(got, want);
}

static int write_text(const char *text, enum report_file_care care)
{
    return report_file_write(path, text, strlen(text), care);
}

static mode_t type_of(const char *where)
{
    struct stat info;
    assert_int_equal(0, lstat(where, &info));
    return info.st_mode & S_IFMT;
}

static void a_new_file_has_the_mode_that_umask_gives(void **state)
{
    (void)state;
    struct stat info;
    mode_t kept = umask(027);
    assert_int_equal(0, write_text("new", REPORT_FILE_DURABLE));
    umask(kept);
    assert_holds(path, "new");
    assert_int_equal(0, stat(path, &info));
    assert_int_equal(0640, info.st_mode & 07777);
}

static void readers_see_the_old_file_until_the_new_one_is_whole(void **state)
{
    (void)state;
    struct report_file file;
    put(path, "old");
    assert_int_equal(0, report_file_open(&file, path));
    fputs("new", file.out);
    fflush(file.out);
    assert_holds(path, "old");
    assert_int_equal(0, report_file_close(&file, REPORT_FILE_WHOLE));
    assert_holds(path, "new");
}

static void what_is_given_up_leaves_nothing(void **state)
{
    (void)state;
    struct report_file file;
    put(path, "old");
    assert_int_equal(0, report_file_open(&file, path));
    fputs("new", file.out);
    report_file_discard(&file);
    report_file_discard(&file);
    assert_holds(path, "old");
}

static void a_planted_link_is_not_written_through(void **state)
{
    (void)state;
    put(in_folder("other"), "precious");
    assert_int_equal(0, symlink("other", in_folder("target.tmp")));
    assert_int_equal(0, write_text("new", REPORT_FILE_WHOLE));
    assert_holds(in_folder("other"), "precious");
    assert_holds(path, "new");
}

static void a_link_to_a_file_stays_a_link(void **state)
{
    (void)state;
    put(in_folder("other"), "old");
    assert_int_equal(0, symlink("other", path));
    assert_int_equal(0, write_text("new", REPORT_FILE_DURABLE));
    assert_int_equal(S_IFLNK, type_of(path));
    assert_holds(in_folder("other"), "new");
}

static void a_link_that_leads_nowhere_is_replaced(void **state)
{
    (void)state;
    assert_int_equal(0, symlink("other2", path));
    assert_int_equal(0, write_text("new", REPORT_FILE_WHOLE));
    assert_int_equal(S_IFREG, type_of(path));
    assert_int_equal(-1, access(in_folder("other2"), F_OK));
}

static void a_fifo_gets_the_bytes(void **state)
{
    (void)state;
    char got[8] = "";
    assert_int_equal(0, mkfifo(path, 0600));
    int reader = open(path, O_RDONLY | O_NONBLOCK);
    assert_true(reader >= 0);
    assert_int_equal(0, write_text("new", REPORT_FILE_DURABLE));
    assert_int_equal(3, read(reader, got, sizeof got));
    close(reader);
    assert_memory_equal("new", got, 3);
    assert_int_equal(S_IFIFO, type_of(path));
}

/* mknod is for root, and not in every container. */
static void a_device_node_stays_one(void **state)
{
    (void)state;
    if (mknod(path, S_IFCHR | 0600, makedev(1, 3)) != 0)
        skip();
    assert_int_equal(0, write_text("new", REPORT_FILE_DURABLE));
    assert_int_equal(S_IFCHR, type_of(path));
    assert_int_equal(0, symlink("target", in_folder("other")));
    assert_int_equal(0, report_file_write(in_folder("other"), "new", 3, REPORT_FILE_WHOLE));
    assert_int_equal(S_IFCHR, type_of(path));
    assert_int_equal(S_IFLNK, type_of(in_folder("other")));
}

static void a_full_disk_is_told(void **state)
{
    (void)state;
    static char bytes[100000];
    assert_int_equal(-1, report_file_write("/dev/full", bytes, sizeof bytes, REPORT_FILE_WHOLE));
    assert_int_equal(ENOSPC, errno);
    assert_int_equal(-1, report_file_write("/dev/full", bytes, 1, REPORT_FILE_DURABLE));
    assert_int_equal(ENOSPC, errno);
    assert_int_equal(S_IFCHR, type_of("/dev/full"));
}

static void a_folder_is_refused(void **state)
{
    (void)state;
    assert_int_equal(-1, report_file_write(folder, "new", 3, REPORT_FILE_WHOLE));
    assert_int_equal(EISDIR, errno);
}

static void a_missing_folder_is_told(void **state)
{
    (void)state;
    assert_int_equal(-1, report_file_write(in_folder("none/file"), "new", 3, REPORT_FILE_WHOLE));
    assert_int_equal(ENOENT, errno);
    assert_int_equal(-1, report_file_write("", "new", 3, REPORT_FILE_WHOLE));
}

/* The target became a folder meanwhile: the fresh file goes, the error is told. */
static void what_can_not_be_renamed_leaves_nothing(void **state)
{
    (void)state;
    struct report_file file;
    assert_int_equal(0, report_file_open(&file, path));
    assert_int_equal(0, mkdir(path, 0700));
    assert_int_equal(-1, report_file_close(&file, REPORT_FILE_WHOLE));
    assert_int_equal(EISDIR, errno);
    assert_null(file.out);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_new_file_has_the_mode_that_umask_gives),
        IN_FOLDER(readers_see_the_old_file_until_the_new_one_is_whole),
        IN_FOLDER(what_is_given_up_leaves_nothing),
        IN_FOLDER(a_planted_link_is_not_written_through),
        IN_FOLDER(a_link_to_a_file_stays_a_link),
        IN_FOLDER(a_link_that_leads_nowhere_is_replaced),
        IN_FOLDER(a_fifo_gets_the_bytes),
        IN_FOLDER(a_device_node_stays_one),
        IN_FOLDER(a_full_disk_is_told),
        IN_FOLDER(a_folder_is_refused),
        IN_FOLDER(a_missing_folder_is_told),
        IN_FOLDER(what_can_not_be_renamed_leaves_nothing),
    };
    return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
