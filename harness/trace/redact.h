/*
 * redact.h - takes out of bytes what tells whose they are: identities, numbers, secrets, places.
 *
 * Every stand-in is as long as what it stands for, is as valid (check digits, NMEA checksums,
 * ranges of addresses), and follows from the key and what it stands for: the same number is the
 * same stand-in wherever it is, in a PDU with its digits swapped as well. So bytes keep their
 * places, and a trace or a log is as good to import, lift and replay as before.
 */
#ifndef FOTARIG_HARNESS_TRACE_REDACT_H
#define FOTARIG_HARNESS_TRACE_REDACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* X(NAME, "name", "what it takes out"), in the order in which they are tried. */
#define TRACE_RULES(X)                                                                             \
    X(CREDENTIALS, "credentials", "user and password of an APN, of a server; PINs")                \
    X(NAMED, "named", "values behind quoted names: \"USER\",\"...\", \"PWD\",\"...\"")             \
    X(KEYS, "keys", "values of keys, tokens and passwords in URLs, headers and bodies")            \
    X(USERINFO, "userinfo", "user and password in a URL")                                          \
    X(HOSTS, "hosts", "names of servers in URLs, but for the last part and .example")              \
    X(MAIL, "mail", "mail addresses")                                                              \
    X(CELLS, "cells", "areas and cells of CREG, CGREG, CEREG, CPSI, CENG")                         \
    X(POSITIONS, "positions", "latitudes and longitudes of answers, keys and NMEA")                \
    X(CARD, "card", "contents of files of the card (CRSM, CSIM)")                                  \
    X(PDU, "pdu", "numbers in PDUs, their digits swapped in pairs")                                \
    X(ICCID, "iccid", "numbers of cards, with letters or without")                                 \
    X(IMEI, "imei", "15 digits with their check digit, 16 with the software's")                    \
    X(IMSI, "imsi", "other numbers of 14 and 15 digits, but for times")                            \
    X(NUMBERS, "numbers", "telephone numbers: behind +, in quotes, dialled")                       \
    X(IPV4, "ipv4", "addresses of four numbers and more (IPv6 is written so as well)")             \
    X(IPV6, "ipv6", "addresses of IPv6, of hardware")

enum trace_rule {
#define X(name, text, what) TRACE_RULE_##name,
    TRACE_RULES(X)
#undef X
        TRACE_RULE_COUNT
};

struct trace_redactor {
    uint64_t key;
    uint32_t without;                  /* bit n: rule n is left out */
    uint64_t counts[TRACE_RULE_COUNT]; /* what each has taken out */
};

/* A key for this run that nobody knows (the system's random numbers). */
uint64_t trace_redact_key(void);
/* The same key for the same words, so that several files have the same stand-ins. */
uint64_t trace_redact_key_of(const char *words);

/*
 * Takes out of whole lines what rules find, in place. `done`, of the same size or NULL: bytes that
 * are not 0 have been replaced already and stay; what is replaced is set to 1.
 */
void trace_redact(struct trace_redactor *redactor, uint8_t *bytes, size_t size, uint8_t *done);

/* A log of another program, in place: as it is, across the heads of its records, and in hex dumps.
   False: no memory. */
bool trace_redact_log(struct trace_redactor *redactor, uint8_t *bytes, size_t size);

const char *trace_rule_name(unsigned rule);
const char *trace_rule_what(unsigned rule);

#endif
