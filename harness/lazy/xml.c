/* xml.c - libxml2's writer, when the first JUnit report is opened. */
#include <libxml/xmlwriter.h>

#include "harness/lazy/lazy.h"

#define FUNCTIONS(X)                                                                               \
    X(xmlBufferPtr, xmlBufferCreate, (void), ())                                                   \
    X(void, xmlBufferFree, (xmlBufferPtr buffer), (buffer))                                        \
    X(void, xmlBufferEmpty, (xmlBufferPtr buffer), (buffer))                                       \
    X(const xmlChar *, xmlBufferContent, (const xmlBuffer *buffer), (buffer))                      \
    X(int, xmlBufferLength, (const xmlBuffer *buffer), (buffer))                                   \
    X(xmlTextWriterPtr, xmlNewTextWriterMemory, (xmlBufferPtr buffer, int compression),            \
      (buffer, compression))                                                                       \
    X(void, xmlFreeTextWriter, (xmlTextWriterPtr writer), (writer))                                \
    X(int, xmlTextWriterFlush, (xmlTextWriterPtr writer), (writer))                                \
    X(int, xmlTextWriterSetIndent, (xmlTextWriterPtr writer, int indent), (writer, indent))        \
    X(int, xmlTextWriterStartDocument,                                                             \
      (xmlTextWriterPtr writer, const char *version, const char *encoding,                         \
       const char *standalone),                                                                    \
      (writer, version, encoding, standalone))                                                     \
    X(int, xmlTextWriterEndDocument, (xmlTextWriterPtr writer), (writer))                          \
    X(int, xmlTextWriterStartElement, (xmlTextWriterPtr writer, const xmlChar *name),              \
      (writer, name))                                                                              \
    X(int, xmlTextWriterEndElement, (xmlTextWriterPtr writer), (writer))                           \
    X(int, xmlTextWriterWriteAttribute,                                                            \
      (xmlTextWriterPtr writer, const xmlChar *name, const xmlChar *content),                      \
      (writer, name, content))                                                                     \
    X(int, xmlTextWriterStartCDATA, (xmlTextWriterPtr writer), (writer))                           \
    X(int, xmlTextWriterEndCDATA, (xmlTextWriterPtr writer), (writer))                             \
    X(int, xmlTextWriterWriteRaw, (xmlTextWriterPtr writer, const xmlChar *content),               \
      (writer, content))                                                                           \
    X(int, xmlTextWriterWriteRawLen,                                                               \
      (xmlTextWriterPtr writer, const xmlChar *content, int length), (writer, content, length))

LAZY_LIBRARY(XML_SONAME, FUNCTIONS)
