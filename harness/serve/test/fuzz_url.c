/* fuzz_url.c - any text as an address, as a host that may be asked, and as a command line of exec:.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "harness/ports/address.h"
#include "harness/ports/program.h"
#include "harness/serve/http_client.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* What was taken apart is a part of the text, and a port is one. */
static void try_address(const char *text)
{
    char host[BENCH_HOST_MAX];
    uint32_t port;
    if (!bench_address_split(text, host, &port))
        return;
    if (strlen(host) >= sizeof host || port > 65535 || !strstr(text, host))
        abort();
}

/* Without a list nothing is asked but this machine. */
static void try_host(const char *text)
{
    static const char *const hosts[] = {"fota.example"};
    bool mine =
        strncmp(text, "127.", 4) == 0 || strcasecmp(text, "localhost") == 0 || strchr(text, ':');
    if (bench_http_allows(NULL, 0, text) && !mine)
        abort();
    if (bench_http_allows(hosts, 1, text) && !mine && strcasecmp(text, hosts[0]) != 0)
        abort();
}

static void try_command(const char *text)
{
    static struct bench_program program;
    char error[256] = "";
    memset(&program, 0, sizeof program);
    if (bench_program_split(&program, text, error, sizeof error) != 0 && !error[0])
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char text[1024];
    if (size >= sizeof text)
        return 0;
    memcpy(text, bytes, size);
    text[size] = '\0';
    try_address(text);
    try_host(text);
    try_command(text);
    return 0;
}
