/*
 * export_pcapng.c - a trace as packets that a stock Wireshark names "AT": a line each, of link type
 * WIRESHARK_UPPER_PDU, which carries the name of the dissector and the direction. What is no
 * traffic is a packet of text.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/trace/export_parts.h"

enum {
    LINK_UPPER_PDU = 252,
    TAG_DISSECTOR = 12,
    TAG_COLUMN_PROTOCOL = 33,
    TAG_DIRECTION = 35,
    BLOCK_SECTION = 0x0a0d0d0a,
    BLOCK_INTERFACE = 1,
    BLOCK_PACKET = 6,
    OPTION_COMMENT = 1,
    OPTION_FLAGS = 2,
    OPTION_APPLICATION = 4,
    FLAG_INBOUND = 1,
    FLAG_OUTBOUND = 2
};

struct block {
    uint8_t bytes[4096];
    size_t used;
};

struct pcapng {
    struct trace_export *export;
    struct trace_lines lines;
    uint64_t began_us; /* since 1970 */
};

/* ---- blocks: little-endian, in words of four bytes ------------------------------------------- */

static void put_32(struct block *block, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        block->bytes[block->used++] = (uint8_t)(value >> (8 * i));
}

static void put_16(struct block *block, uint32_t value)
{
    block->bytes[block->used++] = (uint8_t)value;
    block->bytes[block->used++] = (uint8_t)(value >> 8);
}

static void put_bytes(struct block *block, const void *bytes, size_t size)
{
    memcpy(block->bytes + block->used, bytes, size);
    block->used += size;
    while (block->used % 4)
        block->bytes[block->used++] = 0;
}

static void put_option(struct block *block, unsigned code, const void *value, size_t size)
{
    put_16(block, code);
    put_16(block, (uint32_t)size);
    put_bytes(block, value, size);
}

static void put_flags(struct block *block, uint32_t flags)
{
    put_16(block, OPTION_FLAGS);
    put_16(block, 4);
    put_32(block, flags);
}

static void begin_block(struct block *block, uint32_t type)
{
    block->used = 0;
    put_32(block, type);
    put_32(block, 0); /* the length, when it is known */
}

static void write_block(struct block *block, FILE *out)
{
    uint32_t length = (uint32_t)block->used + 4;
    put_32(block, length);
    for (unsigned i = 0; i < 4; i++)
        block->bytes[4 + i] = (uint8_t)(length >> (8 * i));
    fwrite(block->bytes, 1, block->used, out);
}

/* ---- packets: tags are big-endian ------------------------------------------------------------ */

static size_t put_tag(uint8_t *at, unsigned tag, const void *value, size_t size)
{
    size_t padded = (size + 3) / 4 * 4;
    at[0] = 0;
    at[1] = (uint8_t)tag;
    at[2] = 0;
    at[3] = (uint8_t)padded;
    memset(at + 4, 0, padded);
    memcpy(at + 4, value, size);
    return 4 + padded;
}

static size_t put_traffic(uint8_t *at, const struct trace_event *line)
{
    const uint8_t direction[4] = {0, 0, 0, line->kind == TRACE_TO_HOST};
    size_t used = put_tag(at, TAG_DISSECTOR, "at", 2);
    used += put_tag(at + used, TAG_DIRECTION, direction, sizeof direction);
    used += put_tag(at + used, 0, "", 0);
    memcpy(at + used, line->bytes, line->length);
    return used + line->length;
}

static size_t put_words(uint8_t *at, const struct trace_event *event)
{
    static const char dissector[] = "data-text-lines", column[] = "event";
    char text[1024];
    size_t length = trace_describe(event, text, sizeof text);
    size_t used = put_tag(at, TAG_DISSECTOR, dissector, sizeof dissector - 1);
    used += put_tag(at + used, TAG_COLUMN_PROTOCOL, column, sizeof column - 1);
    used += put_tag(at + used, 0, "", 0);
    memcpy(at + used, text, length);
    return used + length;
}

static void write_packet(void *context, const struct trace_event *line)
{
    const struct pcapng *pcapng = context;
    uint64_t time_us = pcapng->began_us + line->time_us;
    bool is_traffic = trace_is_traffic(line->kind);
    uint8_t packet[2048];
    char marks[128];
    struct block block;
    size_t size = is_traffic ? put_traffic(packet, line) : put_words(packet, line);
    begin_block(&block, BLOCK_PACKET);
    put_32(&block, 0); /* the interface */
    put_32(&block, (uint32_t)(time_us >> 32));
    put_32(&block, (uint32_t)time_us);
    put_32(&block, (uint32_t)size);
    put_32(&block, (uint32_t)size);
    put_bytes(&block, packet, size);
    size_t length = trace_describe_marks(line->marks, marks, sizeof marks);
    if (length > 0)
        put_option(&block, OPTION_COMMENT, marks, length);
    if (is_traffic)
        put_flags(&block, line->kind == TRACE_TO_HOST ? FLAG_INBOUND : FLAG_OUTBOUND);
    put_32(&block, 0); /* end of the options */
    write_block(&block, pcapng->export->out);
}

/* ---- the file -------------------------------------------------------------------------------- */

/* "2026-11-26T16:16:35.559123Z" in microseconds since 1970; 0: unknown. */
static uint64_t parse_time(const char *text)
{
    struct tm parts = {0};
    uint64_t fraction_us = 0, unit_us = 100000;
    int used = 0;
    if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%n", &parts.tm_year, &parts.tm_mon, &parts.tm_mday,
               &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &used) != 6)
        return 0;
    text += used;
    if (*text == '.')
        for (text++; *text >= '0' && *text <= '9'; text++, unit_us /= 10)
            fraction_us += (uint64_t)(*text - '0') * unit_us;
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    time_t seconds = timegm(&parts);
    return seconds < 0 ? 0 : (uint64_t)seconds * 1000000 + fraction_us;
}

static void write_section(const struct trace_export *export)
{
    struct block block;
    begin_block(&block, BLOCK_SECTION);
    put_32(&block, 0x1a2b3c4d);
    put_16(&block, 1);
    put_16(&block, 0);
    put_32(&block, UINT32_MAX); /* length of the section: unknown */
    put_32(&block, UINT32_MAX);
    if (export->header->subject[0])
        put_option(&block, OPTION_COMMENT, export->header->subject,
                   strlen(export->header->subject));
    put_option(&block, OPTION_APPLICATION, "fotarig export", 14);
    put_32(&block, 0);
    write_block(&block, export->out);
    begin_block(&block, BLOCK_INTERFACE);
    put_16(&block, LINK_UPPER_PDU);
    put_16(&block, 0);
    put_32(&block, 0); /* no limit of a packet's length */
    write_block(&block, export->out);
}

static void *begin(struct trace_export *export)
{
    struct pcapng *pcapng = calloc(1, sizeof *pcapng);
    if (!pcapng)
        return NULL;
    pcapng->export = export;
    pcapng->lines = (struct trace_lines){.told = write_packet, .context = pcapng};
    pcapng->began_us = parse_time(export->header->started);
    write_section(export);
    return pcapng;
}

static void take_event(struct trace_export *export, void *state, const struct trace_event *event)
{
    (void)export;
    trace_lines_take(&((struct pcapng *)state)->lines, event);
}

static void end(struct trace_export *export, void *state)
{
    (void)export;
    trace_lines_end(&((struct pcapng *)state)->lines);
    free(state);
}

const struct trace_exporter trace_export_pcapng = {begin, take_event, end};
