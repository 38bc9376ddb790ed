/* support_update.c - brings a package into the flash of a module and starts the update. */
#include "sim/test/support_update.h"

#include <stdio.h>
#include <string.h>

#include "sim/test/support_package.h"

enum { PAYLOAD = 5000 };

struct module module;
uint8_t package_bytes[MODULE_BLOBS][8192];
size_t package_sizes[MODULE_BLOBS];

static void make_package(enum package package, const char *variant, const char *from)
{
    package_sizes[package] = package_write(package_bytes[package], variant, from, TARGET, PAYLOAD);
}

int update_setup(void **state)
{
    (void)state;
    module_init(&module);
    make_package(PACKAGE_GOOD, "SIM7000C", BASE);
    make_package(PACKAGE_OTHER_BASE, "SIM7000C", "1351B02SIM7000C");
    make_package(PACKAGE_OTHER_VARIANT, "SIM7000E", BASE);
    package_sizes[PACKAGE_TEXT] = 9;
    memcpy(package_bytes[PACKAGE_TEXT], "not a zip", 9);
    for (unsigned i = 0; i < MODULE_BLOBS; i++)
        module_blob(&module, package_bytes[i], package_sizes[i]);
    return 0;
}

void update_on(enum package package)
{
    module.config.initial_file_count = 1;
    module.config.initial_files[0] =
        (struct sim_initial_file){.directory = 1,
                                  .name = "update.zip",
                                  .blob = (uint16_t)package,
                                  .size_bytes = (uint32_t)package_sizes[package]};
    module_begin(&module);
    module_power_on(&module);
}

struct sim_view update_view(void)
{
    struct sim_view view;
    sim_view(&module.sim, &view);
    return view;
}

void update_start(void)
{
    EXPECT_ASK(&module, "AT+CFOTA=1", "|OK|");
    module_run(&module, 570001);
}

void update_run_share(unsigned share)
{
    module_run(&module, 1800000u * share);
}

void update_expect_status(const char *what, unsigned status, const char *revision, const char *file,
                          int line)
{
    char want[64];
    snprintf(want, sizeof want, "|+CFOTA: %u||OK|", status);
    module_ask(&module, "ATE0");
    expect_text(module_ask(&module, "AT+CFOTA?"), want, what, file, line);
    snprintf(want, sizeof want, "|Revision:%s||OK|", revision);
    expect_text(module_ask(&module, "AT+GMR"), want, what, file, line);
}

struct CMUnitTest test_of(const char *name, CMUnitTestFunction function, const void *row)
{
    return (struct CMUnitTest){.name = name,
                               .test_func = function,
                               .setup_func = update_setup,
                               .initial_state = (void *)(uintptr_t)row};
}
