/* yaml.c - libyaml, when the first scenario is read. */
#include <yaml.h>

#include "harness/lazy/lazy.h"

#define FUNCTIONS(X)                                                                               \
    X(int, yaml_parser_initialize, (yaml_parser_t * parser), (parser))                             \
    X(void, yaml_parser_delete, (yaml_parser_t * parser), (parser))                                \
    X(void, yaml_parser_set_input_string,                                                          \
      (yaml_parser_t * parser, const unsigned char *input, size_t size), (parser, input, size))    \
    X(void, yaml_parser_set_encoding, (yaml_parser_t * parser, yaml_encoding_t encoding),          \
      (parser, encoding))                                                                          \
    X(int, yaml_parser_parse, (yaml_parser_t * parser, yaml_event_t * event), (parser, event))     \
    X(void, yaml_event_delete, (yaml_event_t * event), (event))

LAZY_LIBRARY(YAML_SONAME, FUNCTIONS)
