/*
 * message_engine.h - what the files of short messages share: store, network, commands.
 */
#ifndef FOTARIG_SIM_SMS_MESSAGE_ENGINE_H
#define FOTARIG_SIM_SMS_MESSAGE_ENGINE_H

#include "sim/frame.h"
#include "sim/sms/message_codec.h"

/* CMS errors (TS 27.005 3.2.5; AT106 20.2 where the facts name it). */
enum {
    SIM_CMS_NETWORK_OUT_OF_ORDER = 38,
    SIM_CMS_NOT_ALLOWED = 302,
    SIM_CMS_BAD_PDU = 304,
    SIM_CMS_BAD_TEXT = 305,
    SIM_CMS_NOT_INSERTED = 310,
    SIM_CMS_PIN = 311,
    SIM_CMS_FAILURE = 313,
    SIM_CMS_PUK = 316,
    SIM_CMS_BAD_INDEX = 321,
    SIM_CMS_MEMORY_FULL = 322,
    SIM_CMS_NO_SERVICE = 331,
    SIM_CMS_NO_ACKNOWLEDGEMENT = 340,
    SIM_CMS_UNKNOWN = 500
};

/* ---- message_store.c ----------------------------------------------------------------------- */

enum sim_message_storage { SIM_STORAGE_CARD, SIM_STORAGE_MODULE, SIM_STORAGE_COUNT };
enum sim_message_status {
    SIM_STATUS_UNREAD,
    SIM_STATUS_READ,
    SIM_STATUS_UNSENT,
    SIM_STATUS_SENT,
    SIM_STATUS_ALL
};
enum { SIM_STORAGE_SLOTS = 50, SIM_MESSAGE_SLOTS = SIM_STORAGE_SLOTS * SIM_STORAGE_COUNT };

/* Where a message lies in the file. */
struct sim_message_slot {
    uint32_t offset;
    uint8_t length; /* 0 = free */
    uint8_t status; /* enum sim_message_status */
    uint8_t reserved[2];
};

/* Everything that is stored; slots of a storage begin at storage * SIM_STORAGE_SLOTS. */
struct sim_message_list {
    struct sim_message_slot slots[SIM_MESSAGE_SLOTS];
};

void sim_messages_list(const struct sim_context *ctx, struct sim_message_list *ret_list);
/* How many messages a storage can hold, and how many it does. */
unsigned sim_messages_capacity(const struct sim_context *ctx, unsigned storage);
unsigned sim_messages_count(const struct sim_message_list *list, unsigned storage);
/* Stores it; returns the slot, -1 = the storage or the flash is full. */
int sim_message_add(struct sim_context *ctx, unsigned storage, enum sim_message_status status,
                    const uint8_t *bytes, size_t size);
/* Returns the length; `buffer` holds SIM_MESSAGE_MAX. 0 = there is none. */
size_t sim_message_read(const struct sim_context *ctx, const struct sim_message_slot *slot,
                        uint8_t *buffer);
bool sim_message_mark(struct sim_context *ctx, unsigned slot, enum sim_message_status status);
bool sim_message_delete(struct sim_context *ctx, unsigned slot);

/* ---- message_text.c: how messages look on the port ------------------------------------------ */

enum sim_charset { SIM_CHARSET_IRA, SIM_CHARSET_GSM, SIM_CHARSET_UCS2, SIM_CHARSET_HEX };

/* A message as it is stored: address of the service centre, then the TPDU. */
struct sim_message_parts {
    struct sim_address centre;
    struct sim_tpdu tpdu;
    uint8_t tpdu_octets;
};
bool sim_message_split(const uint8_t *bytes, size_t size, struct sim_message_parts *ret_parts);
size_t sim_message_join(const struct sim_address *centre, const struct sim_tpdu *tpdu,
                        uint8_t *buffer);

/* "REC UNREAD", … */
const char *sim_message_status_name(unsigned status);
/* "SM", "ME" */
const char *sim_storage_name(unsigned storage);
void sim_put_octets(struct sim_context *ctx, const uint8_t *bytes, size_t size);
/* The text of a message in the alphabet that CSCS chose; octets and UCS2 as hexadecimal digits. */
void sim_put_message_text(struct sim_context *ctx, const struct sim_tpdu *tpdu);
/* "19/06/26,06:04:03+32" in quotes. */
void sim_put_message_time(struct sim_context *ctx, const uint8_t time[7]);
/* An address in quotes, as CSCS demands. */
void sim_put_address(struct sim_context *ctx, const struct sim_address *address);
/* Reads an address that CSCS=UCS2 gives as hexadecimal digits. */
bool sim_argument_address(const struct sim_call *call, unsigned index, struct sim_address *ret);

/* ---- messages.c ---------------------------------------------------------------------------- */

enum sim_message_input { SIM_INPUT_NONE, SIM_INPUT_SEND, SIM_INPUT_STORE };
enum sim_message_work {
    SIM_MESSAGE_IDLE,
    SIM_MESSAGE_SEND,
    SIM_MESSAGE_SEND_STORED,
    SIM_MESSAGE_LIST
};

/* A CMS error as a handler returns it. */
static inline int sim_cms(int number)
{
    return SIM_CMS + number;
}
/* 0, or the CMS error of a command that needs the card. */
int sim_message_card_error(const struct sim_context *ctx);
/* The prompt is out; what the host enters goes to sim_messages_take(). */
int sim_message_enter(struct sim_context *ctx, enum sim_message_input input);
/* What was entered, as octets of a message; 0, or a CMS error. */
int sim_message_entered(struct sim_context *ctx, uint8_t *ret_bytes, size_t *ret_size);
/* Begins to send what was entered or stored; returns what a handler returns. */
int sim_message_send(struct sim_context *ctx, enum sim_message_work work);
/* <oa>,<alpha>,<scts> and so on of a message in text mode; `detailed`: all that CSDH=1 shows. */
void sim_message_put_header(struct sim_context *ctx, const struct sim_message_parts *parts,
                            bool detailed);
/* A stored message as CMGR and, `listed`, as CMGL show it; an unread one is read then. */
void sim_message_print(struct sim_context *ctx, unsigned slot, const struct sim_message_slot *where,
                       bool listed);
/* The rest of CMGL; SIM_PENDING until the port has taken it. */
int sim_message_list_on(struct sim_context *ctx);

#endif
