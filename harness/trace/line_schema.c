/* line_schema.c - the format as a JSON Schema, made of its tables. */
#include <cjson/cJSON.h>

#include "harness/trace/fields.h"

static cJSON *names_schema(const struct trace_name *names, unsigned count)
{
    cJSON *schema = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(schema, "enum");
    for (unsigned i = 0; i < count; i++) {
        if (names[i].length > 0)
            cJSON_AddItemToArray(list, cJSON_CreateString(names[i].text));
    }
    return schema;
}

static cJSON *marks_schema(void)
{
    cJSON *schema = cJSON_CreateObject();
    cJSON_AddStringToObject(schema, "type", "array");
    cJSON_AddItemToObject(schema, "items", names_schema(trace_mark_names, TRACE_MARK_COUNT));
    return schema;
}

static cJSON *number_schema(const char *type, double limit)
{
    cJSON *schema = cJSON_CreateObject();
    cJSON_AddStringToObject(schema, "type", type);
    cJSON_AddNumberToObject(schema, "minimum", 0);
    if (limit <= UINT32_MAX)
        cJSON_AddNumberToObject(schema, "maximum", limit);
    return schema;
}

static cJSON *string_schema(const char *key, double value)
{
    cJSON *schema = cJSON_CreateObject();
    cJSON_AddStringToObject(schema, "type", "string");
    if (value > 0)
        cJSON_AddNumberToObject(schema, key, value);
    return schema;
}

static cJSON *value_schema(const struct trace_field *field)
{
    cJSON *schema;
    switch (field->type) {
    case TRACE_FIELD_KIND:
        return names_schema(trace_kind_names, TRACE_KIND_COUNT);
    case TRACE_FIELD_END:
        return names_schema(trace_end_names, TRACE_END_COUNT);
    case TRACE_FIELD_MARKS:
        return marks_schema();
    case TRACE_FIELD_WHOLE:
        return number_schema("integer", (double)field->limit);
    case TRACE_FIELD_SPEED:
        return number_schema("number", UINT32_MAX);
    case TRACE_FIELD_ARRAY:
        return string_schema("maxLength", TRACE_HEADER_WORD_BYTES - 1);
    case TRACE_FIELD_BYTES:
        schema = string_schema("", 0);
        cJSON_AddStringToObject(schema, "pattern", "^[\\u0000-\\u00ff]*$");
        return schema;
    case TRACE_FIELD_HEX:
        schema = string_schema("", 0);
        cJSON_AddStringToObject(schema, "pattern", "^([0-9A-Fa-f]{2})*$");
        return schema;
    default:
        return string_schema("", 0);
    }
}

static cJSON *object_schema(const char *what, const struct trace_field *fields, unsigned count,
                            unsigned required)
{
    cJSON *schema = cJSON_CreateObject();
    cJSON_AddStringToObject(schema, "description", what);
    cJSON_AddStringToObject(schema, "type", "object");
    cJSON_AddBoolToObject(schema, "additionalProperties", 0);
    cJSON *list = cJSON_AddArrayToObject(schema, "required");
    for (unsigned i = 0; i < required; i++)
        cJSON_AddItemToArray(list, cJSON_CreateString(fields[i].key));
    cJSON *properties = cJSON_AddObjectToObject(schema, "properties");
    for (unsigned i = 0; i < count; i++) {
        cJSON *value = value_schema(&fields[i]);
        cJSON_AddStringToObject(value, "description", fields[i].what);
        cJSON_AddItemToObject(properties, fields[i].key, value);
    }
    return schema;
}

char *trace_json_schema(void)
{
    cJSON *schema = cJSON_CreateObject();
    cJSON_AddStringToObject(schema, "$schema", "http://json-schema.org/draft-07/schema#");
    cJSON_AddStringToObject(schema, "title", "a line of a fotarig trace");
    cJSON *forms = cJSON_AddArrayToObject(schema, "oneOf");
    cJSON_AddItemToArray(forms, object_schema("The first line: what holds for the whole trace.",
                                              trace_header_fields, TRACE_HEADER_FIELD_COUNT, 1));
    cJSON_AddItemToArray(forms, object_schema("Every other line: an event.", trace_event_fields,
                                              TRACE_EVENT_FIELD_COUNT, 2));
    char *text = cJSON_Print(schema);
    cJSON_Delete(schema);
    return text;
}
