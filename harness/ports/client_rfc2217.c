/* client_rfc2217.c - a connection's RFC 2217: rate and lines, and data between its commands. */
#include <stdio.h>
#include <string.h>

#include "harness/ports/address.h"
#include "harness/ports/client_parts.h"

static void note_lines(struct bench_client *client)
{
    const struct bench_port_listener *listener = client->port.listener;

    if (!client->telnet.module_told || client->port.heard == client->telnet.module)
        return;
    client->port.heard = client->telnet.module;
    client->lines_untold = client->state != BENCH_CLIENT_UP;
    if (!client->lines_untold && listener->lines)
        listener->lines(&client->port, client->port.heard);
}

static bool has_wrong_rate(const struct bench_client *client)
{
    return client->telnet.rate_told && client->telnet.rate_bps != client->telnet.asked_bps;
}

static void describe_rate(const struct bench_client *client, char *text, size_t capacity)
{
    snprintf(text, capacity, "asked for %lu bit/s its serial port is at %lu",
             (unsigned long)client->telnet.asked_bps, (unsigned long)client->telnet.rate_bps);
}

/* The server has told a rate after all was up. */
static void note_rate(struct bench_client *client)
{
    const struct bench_port_listener *listener = client->port.listener;
    char reason[sizeof client->why], text[BENCH_CLIENT_NAME_MAX + sizeof reason + 4];
    bool wrong = has_wrong_rate(client);

    if (wrong && !client->rate_wrong && listener->said) {
        describe_rate(client, reason, sizeof reason);
        snprintf(text, sizeof text, "%s: %s", client->name, reason);
        listener->said(&client->port, text);
    }
    client->rate_wrong = wrong;
}

/* Data is handed on in pieces as large as possible, but never past a command. */
void bench_client_receive_rfc2217(struct bench_client *client, const uint8_t *bytes, size_t size)
{
    uint8_t data[BENCH_PORT_CHUNK], reply[BENCH_RFC2217_REPLY_MAX];
    size_t count = 0, reply_count;

    for (size_t i = 0; i < size && client->fd >= 0; i++) {
        bool ends = bench_rfc2217_ends_command(&client->telnet, bytes[i]);
        uint8_t byte;
        if (count > 0 && ends) {
            bench_client_take(client, data, count);
            count = 0;
        }
        if (bench_rfc2217_byte(&client->telnet, bytes[i], &byte, reply, &reply_count))
            data[count++] = byte;
        if (reply_count > 0)
            bench_client_send(client, reply, reply_count);
        if (!ends)
            continue;
        note_lines(client);
        if (client->state == BENCH_CLIENT_UP)
            note_rate(client);
        bench_address_acknowledge(client->fd);
        if (client->backlog.count > 0)
            bench_client_flush(client); /* it may have resumed */
    }
    if (count > 0)
        bench_client_take(client, data, count);
}

void bench_client_greet_rfc2217(struct bench_client *client)
{
    uint8_t reply[BENCH_RFC2217_REPLY_MAX];

    bench_rfc2217_init(&client->telnet, BENCH_RFC2217_CLIENT);
    client->telnet.lines = client->lines;
    bench_rfc2217_set_rate(&client->telnet, client->rate_bps, reply);
    client->rate_wrong = client->lines_untold = false;
    client->port.heard = BENCH_LINES_UNKNOWN;
    bench_client_send(client, reply, bench_rfc2217_greet(&client->telnet, reply));
}

/* After bytes of the negotiation. */
void bench_client_judge_rfc2217(struct bench_client *client)
{
    char text[sizeof client->why];

    if (client->telnet.refused) {
        bench_client_fail(client,
                          "it refuses RFC 2217's COM-PORT option; for raw bytes use tcp://");
    } else if (has_wrong_rate(client)) {
        describe_rate(client, text, sizeof text);
        bench_client_fail(client, text);
    } else if (client->telnet.rate_told) {
        bench_client_go_up(client);
    }
}

void bench_client_follow(struct bench_port *port, uint32_t rate_bps)
{
    struct bench_client *client = (struct bench_client *)port;
    uint8_t reply[BENCH_RFC2217_REPLY_MAX];
    size_t size;

    client->rate_bps = rate_bps;
    if (client->fd < 0)
        return;
    size = bench_rfc2217_set_rate(&client->telnet, rate_bps, reply);
    if (size > 0)
        bench_client_send(client, reply, size);
}

void bench_client_lines(struct bench_port *port, unsigned lines)
{
    struct bench_client *client = (struct bench_client *)port;
    uint8_t reply[BENCH_RFC2217_REPLY_MAX];
    size_t size;

    client->lines = (uint8_t)lines;
    if (client->fd < 0)
        return;
    size = bench_rfc2217_set_lines(&client->telnet, lines, reply);
    if (size > 0)
        bench_client_send(client, reply, size);
}
