/* package_command.c - fotarig package: writes a synthetic update package. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/bench/synthetic_package.h"
#include "harness/cli/cli.h"
#include "reports/file.h"

struct package_options {
    const char *from, *to, *variant, *output;
    uint32_t size_bytes;
};

#define OPTION(member) offsetof(struct package_options, member)

static const struct cli_option options[] = {
    {"from", 0, "REVISION", CLI_TEXT, OPTION(from), NULL,
     "revision that the package updates, 1351B03SIM7000C"},
    {"to", 0, "REVISION", CLI_TEXT, OPTION(to), NULL, "revision that it brings, 1351B04SIM7000C"},
    {"variant", 0, "NAME", CLI_TEXT, OPTION(variant), "SIM7000C", "module that it is for"},
    {"size", 0, "SIZE", CLI_SIZE, OPTION(size_bytes), NULL,
     "size of the whole file, 109285B (default: as small as it gets)"},
    {"output", 'o', "FILE", CLI_TEXT, OPTION(output), NULL, "where to write it"},
};

static int save_failed(const char *path)
{
    cli_error(&cli_command_package, "cannot write '%s': %s", path, strerror(errno));
    return CLI_EXIT_ENVIRONMENT;
}

static int package(int argc, char **argv)
{
    struct package_options given;
    struct cli_operands operands;
    char error[200];
    uint8_t *bytes;
    size_t size;
    int status = cli_parse(&cli_command_package, argc, argv, &given, sizeof given, &operands);

    if (status != CLI_GO_ON)
        return status;
    status = CLI_EXIT_OK;
    if (!given.from || !given.to || !given.output)
        return cli_usage_error(&cli_command_package, "option '--%s' is missing",
                               !given.from ? "from"
                               : !given.to ? "to"
                                           : "output");
    struct bench_package wanted = {given.variant, given.from, given.to, given.size_bytes};
    errno = 0;
    bytes = bench_package_make(&wanted, &size, error, sizeof error);
    if (!bytes && errno == ENOMEM) {
        cli_error(&cli_command_package, "%s", error);
        return CLI_EXIT_INTERNAL;
    }
    if (!bytes)
        return cli_usage_error(&cli_command_package, "%s", error);
    if (report_file_write(given.output, bytes, size, REPORT_FILE_DURABLE) != 0)
        status = save_failed(given.output);
    else
        printf("%s: %lu bytes, CRC-32 %08lx\n", given.output, (unsigned long)size,
               (unsigned long)bench_package_crc32(bytes, size));
    free(bytes);
    return status;
}

const struct cli_command cli_command_package = {
    .name = "package",
    .summary = "make a synthetic update package for the emulator",
    .operands = "",
    .notes = "The same options give the same bytes. SIMCom's format is not public: real modules\n"
             "refuse such a file, the emulator checks it.",
    .options = options,
    .option_count = CLI_COUNT_OF(options),
    .run = package,
};
