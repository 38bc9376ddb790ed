/*
 * message_codec.h - short messages as octets and as text (3GPP TS 23.038, 23.040). Pure functions
 * over bounded buffers; nothing here knows a module.
 */
#ifndef FOTARIG_SIM_SMS_MESSAGE_CODEC_H
#define FOTARIG_SIM_SMS_MESSAGE_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SIM_SEPTETS_MAX = 160,   /* of one message in the default alphabet */
    SIM_USER_DATA_MAX = 140, /* octets */
    SIM_ADDRESS_DIGITS = 20, /* TS 23.040 9.1.2.5: twelve octets with length and type */
    SIM_ADDRESS_TEXT = 24,   /* '+', the digits and NUL */
    SIM_TPDU_MAX = 176,      /* octets: header, address and user data of any message fit */
    SIM_MESSAGE_MAX = 12 + SIM_TPDU_MAX,       /* with the service centre's address before it */
    SIM_MESSAGE_TEXT = 4 * SIM_SEPTETS_MAX + 1 /* UTF-8 and NUL */
};

/* TP-Message-Type-Indicator as stored messages have it (TS 23.040 9.2.3.1). */
enum sim_tpdu_type { SIM_TPDU_DELIVER = 0, SIM_TPDU_SUBMIT = 1, SIM_TPDU_REPORT = 2 };

/* Alphabets of TP-Data-Coding-Scheme (TS 23.038 4). */
enum sim_alphabet { SIM_ALPHABET_GSM, SIM_ALPHABET_OCTETS, SIM_ALPHABET_UCS2 };

/* TP-First-Octet */
enum {
    SIM_TPDU_VALIDITY = 0x18,     /* format of TP-VP; 0x10 = one octet */
    SIM_TPDU_WANTS_REPORT = 0x20, /* SUBMIT: TP-SRR */
    SIM_TPDU_HEADER = 0x40        /* the user data begin with a header */
};

/* An address as text: "+4915112345678", "1234", or the name of an alphanumeric sender. */
struct sim_address {
    char text[SIM_ADDRESS_TEXT];
    uint8_t type; /* 145 international, 129 unknown, 208 alphanumeric */
};

struct sim_tpdu {
    uint8_t first_octet; /* its lowest two bits are enum sim_tpdu_type */
    uint8_t reference;   /* SUBMIT, REPORT */
    uint8_t protocol;
    uint8_t coding;
    uint8_t status;           /* REPORT */
    uint8_t validity;         /* SUBMIT, one octet, or the first of seven */
    uint8_t validity_rest[6]; /* of the formats that have seven */
    uint8_t time[7];          /* DELIVER, REPORT: swapped digits, TS 23.040 9.2.3.11 */
    uint8_t discharge[7];     /* REPORT */
    uint8_t user_length;      /* septets, or octets */
    uint8_t user_octets;      /* octets in `user` */
    struct sim_address address;
    uint8_t user[SIM_USER_DATA_MAX];
};

/* Reads a TPDU; false when it ends too early, is too long or has a field that cannot be. */
bool sim_tpdu_parse(const uint8_t *bytes, size_t size, struct sim_tpdu *ret_tpdu);
/* Writes one; returns its length, at most SIM_TPDU_MAX. `buffer` holds that many. */
size_t sim_tpdu_write(const struct sim_tpdu *tpdu, uint8_t *buffer);

enum sim_alphabet sim_coding_alphabet(uint8_t coding);

/*
 * Puts text into a message in the given alphabet (not OCTETS); returns false when a character is
 * not in the alphabet or the text is too long. `characters`: UTF-16 code units.
 */
bool sim_tpdu_set_text(struct sim_tpdu *tpdu, enum sim_alphabet alphabet,
                       const uint16_t *characters, size_t count);
/* Which part of a longer text a message is (TS 23.040 9.2.3.24.1). */
struct sim_part {
    uint8_t reference; /* the same in all of them */
    uint8_t count;
    uint8_t number; /* from 1 */
};
/*
 * Puts as much of the text as one part holds into a message, behind its header; returns how many
 * characters that were, 0 = one is not in the alphabet. Pairs of UTF-16 stay together.
 */
size_t sim_tpdu_set_part(struct sim_tpdu *tpdu, enum sim_alphabet alphabet,
                         const uint16_t *characters, size_t count, const struct sim_part *part);
/* The characters of a message, a header left out; returns how many. Octets count as characters. */
size_t sim_tpdu_text(const struct sim_tpdu *tpdu, uint16_t characters[SIM_SEPTETS_MAX]);

/* One septet to and from a character; an escape leads to the extension table. */
uint16_t sim_gsm_character(uint8_t septet, bool escaped);
/* Returns the septet; *ret_escaped: it needs an escape before it. 255: not in the alphabet. */
uint8_t sim_gsm_septet(uint16_t character, bool *ret_escaped);

/* UTF-8 to UTF-16 and back; characters that are none become '?'. Each returns how many. */
size_t sim_utf8_read(const char *text, size_t length, uint16_t *characters, size_t capacity);
size_t sim_utf8_write(const uint16_t *characters, size_t count, char *text, size_t capacity);

/* "+49…", "*#0-9" or letters where `alphanumeric`; false when it is no address. */
bool sim_address_set(struct sim_address *address, const char *text, size_t length,
                     bool alphanumeric);
/*
 * The address field of a TPDU, and of a service centre (whose length counts octets). Reads: how
 * many octets it took, 0 = malformed. Writes: how many, at most 12.
 */
size_t sim_address_read(const uint8_t *bytes, size_t size, struct sim_address *ret_address);
size_t sim_address_write(const struct sim_address *address, uint8_t *buffer);
size_t sim_centre_read(const uint8_t *bytes, size_t size, struct sim_address *ret_address);
size_t sim_centre_write(const struct sim_address *address, uint8_t *buffer);

#endif
