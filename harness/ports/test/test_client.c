/* test_client.c - sockets that are opened: raw and RFC 2217 peers that serve well, badly, go and
   come back. */
#include "harness/ports/test/support.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/ports/address.h"
#include "harness/ports/client.h"
#include "harness/ports/program.h"

/* ---- peers -------------------------------------------------------------------------------- */

/* Listens somewhere and tells where as a URL. */
static int listen_somewhere(const char *scheme, char *url, size_t capacity)
{
    struct addrinfo *info = bench_address_find("127.0.0.1:0", AI_PASSIVE, url, capacity);
    int fd = socket(info->ai_family, SOCK_STREAM, 0);
    char where[64] = "";

    assert_int_equal(bind(fd, info->ai_addr, info->ai_addrlen), 0);
    assert_int_equal(listen(fd, 4), 0);
    freeaddrinfo(info);
    bench_address_of(fd, where, sizeof where);
    snprintf(url, capacity, "%s%s", scheme, where);
    return fd;
}

/* A process that accepts, says `words`, waits for as many bytes as `awaited` and hangs up. */
static pid_t start_peer(const char *scheme, const void *words, size_t size, size_t awaited,
                        char *url, size_t capacity)
{
    int fd = listen_somewhere(scheme, url, capacity);
    pid_t pid = fork();

    if (pid == 0) {
        unsigned left_s = alarm(60); /* a test that fails does not end it */
        int peer = accept(fd, NULL, NULL);
        char byte;
        bool good = left_s == 0 && peer >= 0 && send(peer, words, size, 0) == (ssize_t)size;
        for (size_t i = 0; i < awaited && good; i++)
            good = recv(peer, &byte, 1, 0) == 1;
        _exit(!good);
    }
    close(fd);
    return pid;
}

static void expect_end(pid_t pid)
{
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* What a served port does in a process of its own: it echoes, and "?R", "?D" and "?L" ask for the
   rate of the client, for its lines, and for CTS and DSR. */
static void answer(struct bench_port *port, const void *bytes, size_t size)
{
    char text[32] = "";

    if (size == 2 && memcmp(bytes, "?R", 2) == 0)
        snprintf(text, sizeof text, "R%lu;",
                 (unsigned long)bench_port_rate(port, 0, bench_clock_us()));
    else if (size == 2 && memcmp(bytes, "?D", 2) == 0)
        snprintf(text, sizeof text, "D%u;", port->heard);
    else if (size == 2 && memcmp(bytes, "?L", 2) == 0)
        port->kind->lines(port, BENCH_LINE_CTS | BENCH_LINE_DSR);
    else
        bench_port_write(port, bytes, size, bench_clock_us());
    bench_port_write(port, text, strlen(text), bench_clock_us());
}

static void serve_for_ever(const char *url, int where_fd)
{
    const struct bench_port_listener listener = {.receive = answer};
    struct bench_loop loop;
    struct bench_port *port;
    char text[300] = "";

    if (bench_loop_open(&loop))
        _exit(1);
    port = bench_port_open(&loop, url, BENCH_PORT_SERVE, MODULE_BPS, &listener, text, sizeof text);
    if (port)
        port->kind->describe(port, text, sizeof text);
    if (write(where_fd, text, strlen(text)) < 0 || !port)
        _exit(1);
    close(where_fd);
    while (bench_loop_wait(&loop, BENCH_NEVER) >= 0)
        continue;
    _exit(0);
}

/* Starts one at `url` and waits until it is there; its URL is put there where the system chose. */
static pid_t start_server(const char *scheme, char *url, size_t capacity)
{
    int pipe_fds[2];
    char where[300];
    ssize_t size;
    pid_t pid;

    assert_int_equal(pipe(pipe_fds), 0);
    pid = fork();
    if (pid == 0) {
        close(pipe_fds[0]);
        alarm(60); /* a test that fails does not end it */
        serve_for_ever(url, pipe_fds[1]);
    }
    close(pipe_fds[1]);
    size = read(pipe_fds[0], where, sizeof where - 1);
    close(pipe_fds[0]);
    assert_true(size > 0);
    where[size] = '\0';
    snprintf(url, capacity, "%s%s", scheme, strchr(where, ' ') + 1);
    return pid;
}

static void kill_server(pid_t pid)
{
    kill(pid, SIGKILL);
    expect_end(pid);
}

/* Asks a server that answers, and expects it to say `want`. */
static void ask(struct fixture *fixture, const char *question, const char *want)
{
    uint64_t end_us = bench_clock_us() + PATIENCE_US;
    struct owner *host = &fixture->host;

    host->got_count = 0;
    bench_port_write(host->port, question, strlen(question), bench_clock_us());
    while (host->got_count < strlen(want) && bench_clock_us() < end_us)
        assert_true(bench_loop_wait(&fixture->loop, end_us) >= 0);
    host->got[host->got_count] = '\0';
    assert_string_equal((const char *)host->got, want);
}

/* All 256 values come back from a server that echoes. */
static void expect_echo(struct fixture *fixture)
{
    uint8_t all[256];

    for (int i = 0; i < 256; i++)
        all[i] = (uint8_t)(i + 1);
    port_pass(fixture, &fixture->host, &fixture->host, all, sizeof all);
}

/* ---- raw ---------------------------------------------------------------------------------- */

static void a_tcp_port_is_opened(void **state)
{
    struct fixture *fixture = *state;

    port_serve(fixture, "tcp://127.0.0.1:0");
    port_go_to(fixture, port_url_of(fixture, "tcp://"));
    port_expect_line(fixture);
}

static void a_tcp_peer_that_goes_is_found_again(void **state)
{
    struct fixture *fixture = *state;
    char url[sizeof fixture->url];

    port_serve(fixture, "tcp://127.0.0.1:0");
    port_go_to(fixture, port_url_of(fixture, "tcp://"));
    memcpy(url, fixture->url, sizeof url);
    for (int i = 1; i <= 3; i++) {
        port_close_module(fixture);
        port_turn_until(fixture, &fixture->host.gone, i);
        bench_port_write(fixture->host.port, "LOST", 4, bench_clock_us());
        port_serve(fixture, url);
        port_turn_until(fixture, &fixture->host.back, i);
        port_expect_line(fixture);
    }
    assert_int_equal(fixture->host.port->stat_lost_bytes, 12);
}

static void what_a_server_tells_a_second_client_is_no_answer(void **state)
{
    struct fixture *fixture = *state;
    char url[64];
    pid_t peer = start_peer("tcp://", "Port already in use\r\n", 21, 0, url, sizeof url);

    uint64_t early_us = bench_client_early_us;
    bench_client_early_us = 60000000;
    port_expect_refusal(fixture, url, "in use by another client");
    assert_int_equal(waitpid(peer, NULL, 0), peer);
    peer = start_peer("tcp://", "", 0, 0, url, sizeof url);
    port_expect_refusal(fixture, url, "it hung up at once");
    assert_int_equal(waitpid(peer, NULL, 0), peer);
    bench_client_early_us = early_us;
}

static void a_peer_that_is_not_there_is_told(void **state)
{
    struct fixture *fixture = *state;

    port_serve(fixture, "tcp://127.0.0.1:0");
    port_url_of(fixture, "tcp://");
    port_close_module(fixture);
    port_expect_refusal(fixture, fixture->url, "Connection refused");
    port_expect_refusal(fixture, "tcp://127.0.0.1", "is not an address");
    port_expect_refusal(fixture, "tcp://127.0.0.1:x", "is not an address");
}

static void a_socket_of_the_file_system_goes_and_comes_back(void **state)
{
    struct fixture *fixture = *state;

    port_serve(fixture, port_url_at(fixture, "unix:"));
    port_go_to(fixture, fixture->url);
    for (int i = 1; i <= 3; i++) {
        port_expect_line(fixture);
        port_close_module(fixture);
        assert_int_equal(access(fixture->link, F_OK), -1);
        port_turn_until(fixture, &fixture->host.gone, i);
        port_serve(fixture, fixture->url);
        port_turn_until(fixture, &fixture->host.back, i);
    }
}

static void a_socket_that_is_left_over_is_replaced_and_no_other_file(void **state)
{
    struct fixture *fixture = *state;
    char url[256];
    FILE *file;

    snprintf(url, sizeof url, "%s", port_url_at(fixture, "unix:"));
    kill_server(start_server("unix:", url, sizeof url));
    assert_int_equal(access(fixture->link, F_OK), 0);
    port_expect_refusal(fixture, fixture->url, "Connection refused");
    port_serve(fixture, fixture->url);
    port_go_to(fixture, fixture->url);
    port_expect_line(fixture);
    port_close_module(fixture);
    file = fopen(fixture->link, "w");
    fclose(file);
    assert_null(bench_port_open(&fixture->loop, fixture->url, BENCH_PORT_SERVE, MODULE_BPS,
                                &fixture->module.listener, fixture->error, sizeof fixture->error));
    assert_non_null(strstr(fixture->error, "Address already in use"));
    assert_int_equal(access(fixture->link, F_OK), 0);
}

/* ---- programs ----------------------------------------------------------------------------- */

/* Command lines and their words, each in <>; NULL: refused for this reason. */
static const struct line {
    const char *name, *command, *words, *reason;
} command_lines[] = {
    {"blanks part words", "  ssh -T  lab\tcat ", "<ssh><-T><lab><cat>", NULL},
    {"single quotes keep all", "a 'b \" \\ $c'd", "<a><b \" \\ $cd>", NULL},
    {"double quotes keep all but a backslash", "\"a 'b' \\\" \\\\\"", "<a 'b' \" \\>", NULL},
    {"a backslash keeps a blank", "a\\ b \\'c", "<a b><'c>", NULL},
    {"an empty word is one", "a '' \"\"", "<a><><>", NULL},
    {"a backslash at the end is one", "a \\", "<a><\\>", NULL},
    {"nothing is no command", " \t ", NULL, "there is no command"},
    {"an open quote is refused", "a 'b", NULL, "a quote of the command is not closed"},
};

static void a_command_line_is_split(void **state)
{
    const struct line *line = *state;
    struct bench_program program;
    char got[200] = "", error[100] = "";
    size_t count = 0;
    int result = bench_program_split(&program, line->command, error, sizeof error);

    assert_int_equal(result, line->words ? 0 : -1);
    if (line->reason)
        assert_string_equal(error, line->reason);
    for (size_t i = 0; line->words && program.words[i]; i++)
        count += (size_t)snprintf(got + count, sizeof got - count, "<%s>", program.words[i]);
    if (line->words)
        assert_string_equal(got, line->words);
}

static void a_command_line_is_bounded(void **state)
{
    struct bench_program program;
    char command[2 * BENCH_PROGRAM_TEXT_MAX], error[100];

    (void)state;
    for (size_t i = 0; i < sizeof command; i++)
        command[i] = i % 2 ? 'a' : ' ';
    command[2 * BENCH_PROGRAM_WORDS_MAX] = '\0';
    assert_int_equal(bench_program_split(&program, command, error, sizeof error), 0);
    command[2 * BENCH_PROGRAM_WORDS_MAX] = ' ';
    command[2 * BENCH_PROGRAM_WORDS_MAX + 2] = '\0';
    assert_int_equal(bench_program_split(&program, command, error, sizeof error), -1);
    memset(command, 'a', BENCH_PROGRAM_TEXT_MAX);
    command[BENCH_PROGRAM_TEXT_MAX] = '\0';
    assert_int_equal(bench_program_split(&program, command, error, sizeof error), -1);
}

static void a_program_is_a_line(void **state)
{
    struct fixture *fixture = *state;

    port_go_to(fixture, "exec:cat");
    expect_echo(fixture);
}

static void a_program_that_ends_is_started_again(void **state)
{
    struct fixture *fixture = *state;

    port_go_to(fixture, "exec:sh -c 'echo hello; read line; exit 3'");
    bench_port_write(fixture->host.port, "x\n", 2, bench_clock_us());
    port_turn_until(fixture, &fixture->host.gone, 1);
    assert_non_null(strstr(fixture->host.said, "the program ended with status 3"));
    port_turn_until(fixture, &fixture->host.back, 1);
    fixture->host.got_count = 0;
    ask(fixture, "", "hello\n");
}

/* Waits for "NUMBER\n". */
static pid_t hear_number(struct fixture *fixture)
{
    struct owner *host = &fixture->host;
    uint64_t end_us = bench_clock_us() + PATIENCE_US;

    while ((host->got_count == 0 || host->got[host->got_count - 1] != '\n') &&
           bench_clock_us() < end_us)
        assert_true(bench_loop_wait(&fixture->loop, end_us) >= 0);
    host->got[host->got_count] = '\0';
    return (pid_t)strtol((const char *)host->got, NULL, 10);
}

/* A zombie, which its new parent fetches some day, does not. */
static bool runs(pid_t pid)
{
    char path[64], text[64] = "";
    FILE *file;
    bool has_words;

    snprintf(path, sizeof path, "/proc/%ld/cmdline", (long)pid);
    file = fopen(path, "r");
    has_words = file && fgets(text, sizeof text, file);
    if (file)
        fclose(file);
    return has_words;
}

static void a_program_ends_with_its_port_and_all_that_it_started(void **state)
{
    struct fixture *fixture = *state;
    pid_t pid;

    port_go_to(fixture, "exec:sh -c 'trap \"\" TERM; sleep 600 & echo $!; wait'");
    pid = hear_number(fixture);
    assert_true(pid > 1);
    assert_int_equal(kill(pid, 0), 0);
    bench_port_free(fixture->host.port);
    fixture->host.port = NULL;
    for (uint64_t end_us = bench_clock_us() + PATIENCE_US; bench_clock_us() < end_us;)
        if (!runs(pid))
            return;
    fail_msg("process %ld is still there", (long)pid);
}

static void a_program_that_cannot_run_is_told(void **state)
{
    struct fixture *fixture = *state;

    port_expect_refusal(fixture, "exec:/nowhere/program", "No such file");
    port_expect_refusal(fixture, "exec:false", "the program ended with status 1");
    port_expect_refusal(fixture, "exec:sh -c 'kill -9 $$'", "the program ended by signal 9");
    assert_null(bench_port_open(&fixture->loop, "exec:cat", BENCH_PORT_SERVE, MODULE_BPS,
                                &fixture->module.listener, fixture->error, sizeof fixture->error));
    assert_non_null(strstr(fixture->error, "is not a port in this role"));
}

/* ---- RFC 2217 ----------------------------------------------------------------------------- */

static void rfc2217_sets_its_rate_and_passes_every_byte(void **state)
{
    struct fixture *fixture = *state;
    char url[256] = "rfc2217://127.0.0.1:0";
    pid_t server = start_server("rfc2217://", url, sizeof url);

    port_go_to(fixture, url);
    ask(fixture, "?R", "R9600;");
    expect_echo(fixture);
    kill_server(server);
}

static void a_rate_changes_in_order_with_the_bytes(void **state)
{
    struct fixture *fixture = *state;
    char url[256] = "rfc2217://127.0.0.1:0";
    pid_t server = start_server("rfc2217://", url, sizeof url);

    port_go_to(fixture, url);
    bench_port_write(fixture->host.port, "?R", 2, bench_clock_us());
    fixture->host.port->kind->follow(fixture->host.port, 921600);
    ask(fixture, "?R", "R9600;R921600;");
    kill_server(server);
}

static void lines_pass_both_ways(void **state)
{
    struct fixture *fixture = *state;
    char url[256] = "rfc2217://127.0.0.1:0";
    pid_t server = start_server("rfc2217://", url, sizeof url);

    port_go_to(fixture, url);
    assert_true(fixture->host.port->has_lines);
    port_turn_until(fixture, &fixture->host.lines_told, 1);
    assert_int_equal(fixture->host.lines, 0);
    bench_port_write(fixture->host.port, "?L", 2, bench_clock_us());
    port_turn_until(fixture, &fixture->host.lines_told, 2);
    assert_int_equal(fixture->host.lines, BENCH_LINE_CTS | BENCH_LINE_DSR);
    ask(fixture, "?D", "D3;");
    fixture->host.port->kind->lines(fixture->host.port, BENCH_LINE_RTS);
    ask(fixture, "?D", "D2;");
    kill_server(server);
}

static void an_rfc2217_server_that_goes_is_found_again_with_rate_and_lines(void **state)
{
    struct fixture *fixture = *state;
    char url[256] = "rfc2217://127.0.0.1:0";
    pid_t server = start_server("rfc2217://", url, sizeof url);

    port_go_to(fixture, url);
    fixture->host.port->kind->follow(fixture->host.port, 57600);
    fixture->host.port->kind->lines(fixture->host.port, BENCH_LINE_DTR);
    ask(fixture, "?R", "R57600;");
    for (int i = 1; i <= 3; i++) {
        kill_server(server);
        port_turn_until(fixture, &fixture->host.gone, i);
        server = start_server("rfc2217://", url, sizeof url);
        port_turn_until(fixture, &fixture->host.back, i);
        ask(fixture, "?R", "R57600;");
        ask(fixture, "?D", "D1;");
        expect_echo(fixture);
    }
    kill_server(server);
}

/* Peers that serve no serial port: what they say, and what is told of them. */
static const struct peer {
    const char *name, *words;
    size_t size, awaited;
    const char *reason;
} peers[] = {
#define PEER(name, words, awaited, reason)                                                         \
    {                                                                                              \
        name, words, sizeof(words) - 1, awaited, reason                                            \
    }
    PEER("a telnet server refuses", "\xff\xfe\x2c", 16, "it refuses RFC 2217's COM-PORT"),
    PEER("a raw peer does not answer", "\r\nOK\r\n", 16, "no answer to RFC 2217's COM-PORT"),
    PEER("a server agrees and tells no rate", "\xff\xfd\x2c", 90, "does not tell the rate"),
    PEER("a server has a client", "\xff\xfd\x2cPort already in use\r\n", 0, "by another client"),
    PEER("a server hangs up", "\xff\xfd\x2c", 0, "it hung up at once"),
    PEER("a port does not do the rate", "\xff\xfd\x2c\xff\xfa\x2c\x65\0\0\0\0\xff\xf0", 16,
         "asked for 9600 bit/s its serial port is at 0"),
#undef PEER
};

static void what_is_wrong_with_the_peer_is_told(void **state)
{
    const struct peer *peer = *state;
    struct fixture *fixture;
    void *inner = NULL;
    char url[64];
    pid_t pid = start_peer("rfc2217://", peer->words, peer->size, peer->awaited, url, sizeof url);

    assert_int_equal(port_set_up(&inner), 0);
    fixture = inner;
    port_expect_refusal(fixture, url, peer->reason);
    expect_end(pid);
    assert_int_equal(port_tear_down(&inner), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, port_set_up, port_tear_down)

int main(void)
{
    enum {
        PEERS = sizeof peers / sizeof peers[0],
        LINES = sizeof command_lines / sizeof command_lines[0],
        OTHERS = 15
    };
    struct CMUnitTest tests[PEERS + LINES + OTHERS] = {
        TEST(a_tcp_port_is_opened),
        TEST(a_tcp_peer_that_goes_is_found_again),
        TEST(what_a_server_tells_a_second_client_is_no_answer),
        TEST(a_peer_that_is_not_there_is_told),
        TEST(a_socket_of_the_file_system_goes_and_comes_back),
        TEST(a_socket_that_is_left_over_is_replaced_and_no_other_file),
        TEST(a_program_is_a_line),
        TEST(a_program_that_ends_is_started_again),
        TEST(a_program_ends_with_its_port_and_all_that_it_started),
        TEST(a_program_that_cannot_run_is_told),
        cmocka_unit_test(a_command_line_is_bounded),
        TEST(rfc2217_sets_its_rate_and_passes_every_byte),
        TEST(a_rate_changes_in_order_with_the_bytes),
        TEST(lines_pass_both_ways),
        TEST(an_rfc2217_server_that_goes_is_found_again_with_rate_and_lines),
    };

    for (size_t i = 0; i < PEERS; i++)
        tests[OTHERS + i] = (struct CMUnitTest){.name = peers[i].name,
                                                .test_func = what_is_wrong_with_the_peer_is_told,
                                                .initial_state = (void *)(uintptr_t)&peers[i]};
    for (size_t i = 0; i < LINES; i++)
        tests[OTHERS + PEERS + i] =
            (struct CMUnitTest){.name = command_lines[i].name,
                                .test_func = a_command_line_is_split,
                                .initial_state = (void *)(uintptr_t)&command_lines[i]};
    alarm(60);
    return _cmocka_run_group_tests("client", tests, PEERS + LINES + OTHERS, NULL, NULL);
}
