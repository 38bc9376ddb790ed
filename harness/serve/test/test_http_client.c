/* test_http_client.c - downloads from a server that lives in the same loop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/serve/http_client.h"

enum { PATIENCE_US = 10000000 };

/* What the server says to anybody, and what it was asked. */
struct server {
    struct bench_loop *loop;
    struct bench_source door, visitor;
    const char *reply, *next; /* next: to the second visitor and those behind, NULL = the same */
    unsigned visitors;
    char asked[600];
    uint16_t port;
};

struct fixture {
    bool enough; /* one block is */
    struct bench_loop loop;
    struct bench_http http;
    struct server server;
    char told[300]; /* "200 5 'hello' end 0" */
    int ended;
};

static void on_visitor(void *context, unsigned ready)
{
    struct server *server = context;
    size_t have = strlen(server->asked);
    ssize_t size = read(server->visitor.fd, server->asked + have, sizeof server->asked - 1 - have);

    (void)ready;
    if (size > 0) {
        server->asked[have + (size_t)size] = '\0';
        if (!strstr(server->asked, "\r\n\r\n"))
            return;
        assert_int_equal(write(server->visitor.fd, server->reply, strlen(server->reply)),
                         strlen(server->reply));
        server->reply = server->next ? server->next : server->reply;
        server->asked[0] = '\0';
        server->visitors++;
    }
    bench_loop_remove(server->loop, &server->visitor);
    close(server->visitor.fd);
}

static void on_door(void *context, unsigned ready)
{
    struct server *server = context;

    (void)ready;
    server->visitor =
        (struct bench_source){accept(server->door.fd, NULL, NULL), on_visitor, server};
    assert_true(server->visitor.fd >= 0);
    assert_int_equal(bench_loop_add(server->loop, &server->visitor, BENCH_READABLE), 0);
}

static void open_server(struct server *server, struct bench_loop *loop)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 4), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
    server->loop = loop;
    server->port = ntohs(address.sin_port);
    server->door = (struct bench_source){fd, on_door, server};
    assert_int_equal(bench_loop_add(loop, &server->door, BENCH_READABLE), 0);
}

static void tell(struct fixture *fixture, const char *text)
{
    snprintf(fixture->told + strlen(fixture->told), sizeof fixture->told - strlen(fixture->told),
             "%s", text);
}

static bool on_headers(void *context, uint16_t job, uint16_t status, uint32_t length_bytes)
{
    char text[60];

    assert_int_equal(job, 7);
    snprintf(text, sizeof text, "%u %lu ", status, (unsigned long)length_bytes);
    tell(context, text);
    return true;
}

static bool on_block(void *context, uint16_t job, const void *bytes, size_t size)
{
    char text[100];

    assert_int_equal(job, 7);
    snprintf(text, sizeof text, "'%.*s' ", (int)size, (const char *)bytes);
    tell(context, text);
    return !((struct fixture *)context)->enough;
}

static void on_end(void *context, uint16_t job, uint16_t code)
{
    struct fixture *fixture = context;
    char text[20];

    assert_int_equal(job, 7);
    snprintf(text, sizeof text, "end %u", code);
    tell(fixture, text);
    fixture->ended++;
}

/* Turns the loop until the download has ended, at most PATIENCE_US. */
static void download(struct fixture *fixture, const char *url)
{
    uint64_t end_us = bench_clock_us() + PATIENCE_US;

    bench_http_start(&fixture->http, 7, url, PATIENCE_US);
    while (!fixture->ended && bench_clock_us() < end_us) {
        uint64_t until_us = fixture->http.deadline_us;
        bench_loop_wait(&fixture->loop, until_us < end_us ? until_us : end_us);
        bench_http_advance(&fixture->http, bench_clock_us());
    }
}

struct row {
    const char *name;
    const char *url;   /* "%u": the server's port; NULL = http://127.0.0.1:%u/d/update.zip */
    const char *reply; /* NULL = nobody listens */
    const char *want;
};

static const struct row rows[] = {
    {"a file is delivered", NULL, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
     "200 5 'hello' end 0"},
    {"an empty file is delivered", NULL, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
     "200 0 end 0"},
    {"an untold length is told as unknown", NULL,
     "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello", "200 4294967295 'hello' end 0"},
    {"localhost is loopback", "http://localhost:%u/x",
     "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n!", "200 1 '!' end 0"},
    {"404 comes with its body", NULL, "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone",
     "404 4 'gone' end 0"},
    {"a redirect is not followed", NULL,
     "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
     "302 0 end 0"},
    {"a body that breaks off is a network error", NULL,
     "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", "200 9 'hello' end 601"},
    {"what is not http is code 600", NULL, "SSH-2.0-OpenSSH_9.2\r\nnonsense\r\n\r\n", "end 600"},
    {"a refused connection is a network error", NULL, NULL, "end 601"},
    {"another host is refused", "http://fota.example/update.zip", "", "end 601"},
    {"a user part does not hide the host", "http://127.0.0.1@fota.example/u", "", "end 601"},
    {"files are refused", "file:///etc/hostname", "", "end 601"},
    {"another scheme is refused", "gopher://127.0.0.1/update.zip", "", "end 601"},
    {"what is no url is refused", "update zip", "", "end 601"},
};

static void run_row(void **state)
{
    const struct row *row = *state;
    struct fixture fixture = {.ended = 0};
    const struct bench_http_handler handler = {on_headers, on_block, on_end, &fixture, NULL};
    const char *form = row->url ? row->url : "http://127.0.0.1:%u/d/update.zip";
    const char *mark = strstr(form, "%u");
    char url[200];

    assert_int_equal(bench_loop_open(&fixture.loop), 0);
    open_server(&fixture.server, &fixture.loop);
    fixture.server.reply = row->reply;
    if (!row->reply) {
        bench_loop_remove(&fixture.loop, &fixture.server.door);
        close(fixture.server.door.fd);
    }
    assert_int_equal(bench_http_open(&fixture.http, &fixture.loop, NULL, 0, &handler), 0);
    if (mark)
        snprintf(url, sizeof url, "%.*s%u%s", (int)(mark - form), form, fixture.server.port,
                 mark + 2);
    else
        snprintf(url, sizeof url, "%s", form);
    download(&fixture, url);
    assert_string_equal(fixture.told, row->want);
    assert_int_equal(fixture.ended, 1);
    assert_int_equal(fixture.http.error[0] != '\0', strstr(row->want, "end 6") != NULL);
    bench_http_close(&fixture.http);
    if (row->reply)
        close(fixture.server.door.fd);
    bench_loop_close(&fixture.loop);
}

/* RFC 9110 15.4: 307 and 308 keep the method; the page of a redirect may come with it. */
static const struct follow_row {
    const char *name;
    enum bench_http_follow follow;
    const char *reply;
    const char *want;
    unsigned visitors;
} follow_rows[] = {
    {"one that keeps the method", BENCH_FOLLOW_KEPT,
     "HTTP/1.1 307 Moved\r\nLocation: /file\r\nContent-Length: 4\r\n\r\npage",
     "200 5 'hello' end 0", 2},
    {"one with a page in chunks", BENCH_FOLLOW_KEPT,
     "HTTP/1.1 308 Moved\r\nlocation: file\r\nTransfer-Encoding: chunked\r\n\r\n"
     "4\r\npage\r\n0\r\n\r\n",
     "200 5 'hello' end 0", 2},
    {"one that does not keep it", BENCH_FOLLOW_KEPT,
     "HTTP/1.1 302 Found\r\nLocation: /file\r\nContent-Length: 4\r\n\r\npage", "302 4 'page' end 0",
     1},
    {"any", BENCH_FOLLOW_ALL,
     "HTTP/1.1 302 Found\r\nLocation: /file\r\nContent-Length: 4\r\n\r\npage",
     "200 5 'hello' end 0", 2},
    {"one that points nowhere", BENCH_FOLLOW_ALL,
     "HTTP/1.1 307 Moved\r\nContent-Length: 4\r\n\r\npage", "307 4 'page' end 0", 1},
    {"one to another host", BENCH_FOLLOW_ALL,
     "HTTP/1.1 307 Moved\r\nLocation: http://fota.example/\r\nContent-Length: 0\r\n\r\n", "end 601",
     1},
};

static void redirects_are_followed_as_asked(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof follow_rows / sizeof follow_rows[0]; i++) {
        const struct follow_row *row = &follow_rows[i];
        struct fixture fixture = {.ended = 0};
        const struct bench_http_handler handler = {on_headers, on_block, on_end, &fixture, NULL};
        char url[60];

        print_message("a redirect is followed: %s\n", row->name);
        assert_int_equal(bench_loop_open(&fixture.loop), 0);
        open_server(&fixture.server, &fixture.loop);
        fixture.server.reply = row->reply;
        fixture.server.next = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
        assert_int_equal(bench_http_open(&fixture.http, &fixture.loop, NULL, 0, &handler), 0);
        snprintf(url, sizeof url, "http://127.0.0.1:%u/", fixture.server.port);
        bench_http_ask(&fixture.http, &(struct bench_http_request){.follow = (uint8_t)row->follow});
        download(&fixture, url);
        assert_string_equal(fixture.told, row->want);
        assert_int_equal(fixture.server.visitors, row->visitors);
        bench_http_close(&fixture.http);
        close(fixture.server.door.fd);
        bench_loop_close(&fixture.loop);
    }
}

static void an_allowed_host_is_asked(void **state)
{
    struct fixture fixture = {.ended = 0};
    const struct bench_http_handler handler = {on_headers, on_block, on_end, &fixture, NULL};
    const char *const hosts[] = {"other.invalid"};

    (void)state;
    assert_int_equal(bench_loop_open(&fixture.loop), 0);
    assert_int_equal(bench_http_open(&fixture.http, &fixture.loop, hosts, 1, &handler), 0);
    download(&fixture, "http://Other.invalid/x");
    /* A name that can never be found (RFC 6761): it was looked up, not refused. */
    assert_string_equal(fixture.told, "end 603");
    bench_http_close(&fixture.http);
    bench_loop_close(&fixture.loop);
}

enum { ROWS = sizeof rows / sizeof rows[0] };

int main(void)
{
    struct CMUnitTest tests[ROWS + 2] = {cmocka_unit_test(an_allowed_host_is_asked),
                                         cmocka_unit_test(redirects_are_followed_as_asked)};
    static struct row copies[ROWS];

    memcpy(copies, rows, sizeof rows);
    for (size_t i = 0; i < ROWS; i++) {
        tests[i + 2].name = rows[i].name;
        tests[i + 2].test_func = run_row;
        tests[i + 2].initial_state = &copies[i];
    }
    alarm(100);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
