/* rack_serve.c - pages over HTTP, by libmicrohttpd. */
#include "harness/cli/rack_serve.h"

#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "harness/lazy/microhttpd.h"
#include "harness/ports/loop.h"

static const struct lazy_microhttpd *library; /* NULL = not loaded yet */

enum { LOOK_MS = 200, CONNECTIONS_MOST = 32, CONNECTION_LIMIT_S = 30 };

/* ---- answers --------------------------------------------------------------------------------- */

struct server {
    struct rack_page page;
    const char *folder;
    char host[300]; /* that a browser must ask for: no other name may lead here */
};

/* Of pages made here, and of the report's own page, which has its style and script in itself. */
static const char own_policy[] = "default-src 'none'; style-src 'self'; base-uri 'none'; "
                                 "form-action 'none'; frame-ancestors 'none'";
static const char report_policy[] =
    "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; "
    "img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned status, const char *type,
                              const char *policy, char *text, size_t size)
{
    struct MHD_Response *response =
        library->MHD_create_response_from_buffer(size, text, MHD_RESPMEM_MUST_COPY);
    if (!response)
        return MHD_NO;
    library->MHD_add_response_header(response, "Content-Type", type);
    library->MHD_add_response_header(response, "Content-Security-Policy", policy);
    library->MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    library->MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
    library->MHD_add_response_header(response, "Cache-Control", "no-store");
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
        library->MHD_add_response_header(response, "Allow", "GET, HEAD");
    enum MHD_Result result = library->MHD_queue_response(connection, status, response);
    library->MHD_destroy_response(response);
    return result;
}

static enum MHD_Result refuse(struct MHD_Connection *connection, unsigned status, const char *why)
{
    char text[80];
    size_t size = (size_t)snprintf(text, sizeof text, "%s\n", why);
    return answer(connection, status, "text/plain", own_policy, text, size);
}

/* A page of somebody else must not read this one under a name that leads to this address. */
static bool is_our_host(const struct server *server, struct MHD_Connection *connection)
{
    const char *host = library->MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Host");
    const char *port = strrchr(server->host, ':');
    char local[40];
    snprintf(local, sizeof local, "localhost%s", port ? port : "");
    return host && (strcmp(host, server->host) == 0 || strcmp(host, local) == 0);
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **own)
{
    struct server *server = context;
    struct results results = {0};
    char problem[RESULTS_TEXT_MAX] = "none is asked for; see --reports";
    const char *type;
    size_t size = 0;
    (void)version, (void)upload, (void)upload_size, (void)own;
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        return refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "this page is for reading only");
    if (!is_our_host(server, connection))
        return refuse(connection, MHD_HTTP_FORBIDDEN, "ask for the address that it listens at");
    bool read = server->folder && results_read(&results, server->folder, problem, sizeof problem);
    struct rack_page page = server->page;
    page.results = read ? &results : NULL;
    page.problem = read ? NULL : problem;
    struct rack_now_list now = {0};
    page.now = server->folder && rack_now_read(server->folder, &now) ? &now : NULL;
    page.folder = server->folder;
    char *text = cli_rack_page(&page, url, &size, &type);
    results_done(&results);
    rack_now_done(&now);
    if (!text)
        return refuse(connection, MHD_HTTP_NOT_FOUND, "nothing is here");
    enum MHD_Result result =
        answer(connection, MHD_HTTP_OK, type,
               strcmp(url, "/file/report.html") == 0 ? report_policy : own_policy, text, size);
    free(text);
    return result;
}

/* ---- the server ------------------------------------------------------------------------------ */

/* "127.0.0.1:8017" to an address; freed with freeaddrinfo(). NULL with a message. */
static struct addrinfo *find_address(const char *listen, int *reterr_status, char *reterr_text,
                                     size_t capacity)
{
    const struct addrinfo hints = {
        .ai_family = AF_INET, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    char host[256];
    const char *colon = strrchr(listen, ':');
    if (!colon || colon == listen || (size_t)(colon - listen) >= sizeof host) {
        snprintf(reterr_text, capacity, "'%.200s' is no HOST:PORT", listen);
        return NULL;
    }
    snprintf(host, sizeof host, "%.*s", (int)(colon - listen), listen);
    int result = getaddrinfo(host, colon + 1, &hints, &found);
    if (result == 0)
        return found;
    snprintf(reterr_text, capacity, "'%.200s': %s", listen, gai_strerror(result));
    if (result == EAI_MEMORY || result == EAI_SYSTEM || result == EAI_AGAIN)
        *reterr_status = CLI_EXIT_ENVIRONMENT; /* the words may be right */
    return NULL;
}

static int serve(const struct cli_command *command, struct server *server, const char *listen,
                 const struct addrinfo *address)
{
    struct MHD_Daemon *daemon = library->MHD_start_daemon(
        MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, on_request, server,
        MHD_OPTION_SOCK_ADDR, address->ai_addr, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)CONNECTIONS_MOST, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)CONNECTION_LIMIT_S,
        MHD_OPTION_END);
    if (!daemon) {
        cli_error(command, "cannot listen at %s: %s", listen, strerror(errno));
        return CLI_EXIT_ENVIRONMENT;
    }
    const union MHD_DaemonInfo *info =
        library->MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    snprintf(server->host, sizeof server->host, "%.*s:%u", (int)(strrchr(listen, ':') - listen),
             listen, info ? (unsigned)info->port : 0);
    printf("http://%s/\n", server->host);
    fflush(stdout);
    while (!bench_signal())
        poll(NULL, 0, LOOK_MS);
    library->MHD_stop_daemon(daemon);
    return CLI_EXIT_OK;
}

int cli_rack_serve(const struct cli_command *command, struct rack_page *page, const char *listen,
                   const char *folder)
{
    struct server server = {.page = *page, .folder = folder};
    char text[400];
    library = lazy_microhttpd();
    if (!library) {
        cli_error(command, "the HTTP server can't be loaded: %s", dlerror());
        return CLI_EXIT_ENVIRONMENT;
    }
    int status = CLI_EXIT_USAGE;
    struct addrinfo *address = find_address(listen, &status, text, sizeof text);
    if (!address) {
        cli_error(command, "--listen: %s", text);
        return status;
    }
    bench_signals_catch();
    status = serve(command, &server, listen, address);
    freeaddrinfo(address);
    return status;
}
