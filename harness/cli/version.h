/* version.h - the program's version; the Makefile reads it from here. */
#ifndef FOTARIG_HARNESS_CLI_VERSION_H
#define FOTARIG_HARNESS_CLI_VERSION_H

#define FOTARIG_VERSION "0.1.0"

#endif
