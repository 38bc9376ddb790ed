/*
 * prompts.h - what the module prints where it wants bytes, and what stands before bytes of its own;
 * printed by the commands and read by the catalogue (facts 1.5).
 */
#ifndef FOTARIG_SIM_KNOWLEDGE_PROMPTS_H
#define FOTARIG_SIM_KNOWLEDGE_PROMPTS_H

/* A line of its own (AT106 15.2.4, HTTP101). */
#define SIM_PROMPT_DOWNLOAD "DOWNLOAD"
/* Behind CR LF, without an end (TCP102, TS 27.005 3.5.1). */
#define SIM_PROMPT_BYTES "> "
/* FTPPUT=2 says in it how many bytes it takes (FTP102). */
#define SIM_PROMPT_FTP "+FTPPUT: 2,"
/* Before bytes for RAM (AT106 10.2.19), and for a body (AT106 9.2.5). */
#define SIM_PROMPT_FTP_RAM "+FTPEXTPUT: "
#define SIM_PROMPT_BODY    ">"

/* Lines that tell how many bytes follow behind them. */
#define SIM_BEFORE_FILE       "+CFSRFILE: "
#define SIM_BEFORE_BODY       "+HTTPREAD: "
#define SIM_BEFORE_BLOCK      "+SHREAD: "
#define SIM_BEFORE_FTP        "+FTPGET: 2,"
#define SIM_BEFORE_FTP_LIST   "+FTPLIST: 2,"
#define SIM_BEFORE_FTP_RAM    "+FTPEXTGET: 3,"
#define SIM_BEFORE_RECEIVED   "+CIPRXGET: "
#define SIM_BEFORE_SOCKET     "+RECEIVE,"
#define SIM_BEFORE_ONE_SOCKET "+IPD,"
#define SIM_BEFORE_SECURE     "+CARECV: "

#endif
