/* json_schema.c - the tables of schema.h as a JSON Schema. */
#include "harness/scenario/json_schema.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/scenario/schema.h"
#include "harness/text/setting.h"
#include "sim/look.h"

enum { PATTERN_MAX = 200, REFERENCE_MAX = 100 };

/* A value of `vary` stands in for any other. */
static const char variable_pattern[] = "^\\$[a-z][a-z0-9-]*$";
static const char name_pattern[] = "^[a-z][a-z0-9-]*$";

/* Which maps have a definition of their own; the others stand where they are used. */
static const struct scenario_map *const defined[] = {
    &scenario_trigger_schema, &scenario_action_schema, &scenario_event_schema,
    &scenario_duration_schema, &scenario_file_schema};

/* ---- pieces -------------------------------------------------------------------------------- */

static cJSON *one_type(const char *type)
{
    cJSON *schema = cJSON_CreateObject();
    cJSON_AddStringToObject(schema, "type", type);
    return schema;
}

static cJSON *pattern_of(const char *pattern)
{
    cJSON *schema = one_type("string");
    cJSON_AddStringToObject(schema, "pattern", pattern);
    return schema;
}

/* Any scalar: text may be written plain, and then looks like a number or a truth value. */
static cJSON *scalar(void)
{
    cJSON *schema = cJSON_CreateObject(), *types = cJSON_AddArrayToObject(schema, "type");
    cJSON_AddItemToArray(types, cJSON_CreateString("string"));
    cJSON_AddItemToArray(types, cJSON_CreateString("number"));
    cJSON_AddItemToArray(types, cJSON_CreateString("boolean"));
    return schema;
}

static void add_word(cJSON *list, const char *word)
{
    cJSON_AddItemToArray(list, cJSON_CreateString(word));
}

static cJSON *words_of(const struct scenario_words *words)
{
    cJSON *schema = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(schema, "enum");
    const char *word;
    for (size_t i = words->first; (word = scenario_word(words, i)); i++)
        add_word(list, word);
    return schema;
}

static cJSON *reference(const char *name)
{
    char text[REFERENCE_MAX];
    cJSON *schema = cJSON_CreateObject();
    snprintf(text, sizeof text, "#/definitions/%s", name);
    cJSON_AddStringToObject(schema, "$ref", text);
    return schema;
}

/* The first, or a $name in its place. */
static cJSON *or_variable(cJSON *schema)
{
    cJSON *either = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(either, "anyOf");
    cJSON_AddItemToArray(list, schema);
    cJSON_AddItemToArray(list, reference("variable"));
    return either;
}

/* "duration" of "a duration". */
static const char *word_of(enum text_quantity quantity)
{
    const char *name = text_quantity_name(quantity), *blank = strchr(name, ' ');
    return blank ? blank + 1 : name;
}

static cJSON *number_of(enum text_quantity quantity, int64_t minimum, int64_t maximum)
{
    if (quantity != TEXT_COUNT)
        return reference(word_of(quantity));
    cJSON *schema = one_type("integer");
    cJSON_AddNumberToObject(schema, "minimum", (double)minimum);
    if (maximum > 0 || minimum < 0)
        cJSON_AddNumberToObject(schema, "maximum", (double)maximum);
    return schema;
}

/* ---- settings, waveforms, parameters ------------------------------------------------------- */

/* "5" is a word here and a number for others, who must be let have it. */
static void add_choice(cJSON *list, const char *word)
{
    add_word(list, word);
    if (word[strspn(word, "0123456789")] == '\0')
        cJSON_AddItemToArray(list, cJSON_CreateNumber(strtod(word, NULL)));
}

static cJSON *choices_of(const char *choices)
{
    cJSON *schema = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(schema, "enum");
    char word[64];
    const char *at;
    size_t length;
    for (size_t i = 0; (at = text_choice(choices, i, &length)); i++) {
        snprintf(word, sizeof word, "%.*s", (int)length, at);
        add_choice(list, word);
    }
    return schema;
}

static cJSON *setting_value(const struct sim_setting_info *info)
{
    int32_t divisor;
    enum text_quantity quantity = text_setting_quantity(info, &divisor);
    if (text_setting_is_word(info))
        return choices_of(text_setting_words(info));
    return number_of(quantity, info->minimum, info->maximum);
}

static void add_setting(cJSON *properties, unsigned setting)
{
    const struct sim_setting_info *info = sim_setting_info(setting);
    cJSON *value = or_variable(setting_value(info));
    cJSON_AddStringToObject(value, "description", info->summary);
    cJSON_AddItemToObject(properties, info->name, value);
}

static cJSON *cell(void)
{
    cJSON *schema = one_type("object");
    cJSON *properties = cJSON_AddObjectToObject(schema, "properties");
    cJSON *name = or_variable(one_type("string"));
    cJSON_AddStringToObject(name, "description", "name of the network");
    cJSON_AddItemToObject(properties, "operator", name);
    for (unsigned field = 0; field < SIM_CELL_FIELD_COUNT; field++)
        add_setting(properties, sim_cell_setting((enum sim_cell_field)field));
    cJSON_AddBoolToObject(schema, "additionalProperties", false);
    cJSON_AddNumberToObject(schema, "minProperties", 1);
    return schema;
}

static cJSON *settings(void)
{
    cJSON *schema = one_type("object");
    cJSON *properties = cJSON_AddObjectToObject(schema, "properties");
    for (unsigned i = 0; i < SIM_SETTING_COUNT; i++)
        add_setting(properties, i);
    cJSON_AddBoolToObject(schema, "additionalProperties", false);
    cJSON_AddNumberToObject(schema, "minProperties", 1);
    return schema;
}

/* A mapping whose keys have a pattern. */
static cJSON *mapping_of(const char *key_pattern, cJSON *value)
{
    cJSON *schema = one_type("object");
    cJSON_AddItemToObject(cJSON_AddObjectToObject(schema, "patternProperties"), key_pattern, value);
    cJSON_AddBoolToObject(schema, "additionalProperties", false);
    cJSON_AddNumberToObject(schema, "minProperties", 1);
    return schema;
}

static cJSON *waveform(void)
{
    char times[PATTERN_MAX];
    text_quantity_pattern(TEXT_DURATION, times, sizeof times);
    return mapping_of(times, or_variable(number_of(TEXT_VOLTAGE, 0, 0)));
}

static cJSON *parameters(void)
{
    cJSON *schema = one_type("object");
    cJSON *properties = cJSON_AddObjectToObject(schema, "properties");
    char with_at[40];
    const char *name;
    for (unsigned i = 0; (name = sim_look_parameter_name(i)); i++) {
        if (!name[0])
            continue;
        snprintf(with_at, sizeof with_at, "AT%s", name);
        cJSON_AddItemToObject(properties, name, or_variable(number_of(TEXT_COUNT, 0, INT32_MAX)));
        if (name[0] == '+')
            cJSON_AddItemToObject(properties, name + 1,
                                  or_variable(number_of(TEXT_COUNT, 0, INT32_MAX)));
        cJSON_AddItemToObject(properties, with_at,
                              or_variable(number_of(TEXT_COUNT, 0, INT32_MAX)));
    }
    cJSON_AddBoolToObject(schema, "additionalProperties", false);
    cJSON_AddNumberToObject(schema, "minProperties", 1);
    return schema;
}

static cJSON *vary(void)
{
    cJSON *list = one_type("array");
    cJSON_AddItemToObject(list, "items", scalar());
    cJSON_AddNumberToObject(list, "minItems", 1);
    cJSON *either = cJSON_CreateObject(), *forms = cJSON_AddArrayToObject(either, "anyOf");
    cJSON_AddItemToArray(forms, mapping_of(name_pattern, list));
    cJSON *rows = one_type("array");
    cJSON_AddItemToObject(rows, "items", mapping_of(name_pattern, scalar()));
    cJSON_AddNumberToObject(rows, "minItems", 1);
    cJSON_AddItemToArray(forms, rows);
    return either;
}

/* ---- values -------------------------------------------------------------------------------- */

static cJSON *map_schema(const struct scenario_map *map);

static cJSON *map_or_reference(const struct scenario_map *map)
{
    for (size_t i = 0; i < sizeof defined / sizeof defined[0]; i++)
        if (defined[i] == map)
            return reference(map->name);
    return map_schema(map);
}

/* Of text; NULL = any. */
static const char *const form_patterns[SCENARIO_FORM_COUNT] = {
    [SCENARIO_FORM_UNQUOTED] = "^[^\"\\x00-\\x1f\\x7f]*$",
    [SCENARIO_FORM_VISIBLE] = "^[^ \"'\\x00-\\x1f\\x7f]*$",
    [SCENARIO_FORM_DIGITS] = "^[0-9]*$",
    [SCENARIO_FORM_HEX] = "^[0-9a-f]*$",
    [SCENARIO_FORM_COMMAND] = "^A[T/]",
    [SCENARIO_FORM_PATH] = "^/[^ \"'\\x00-\\x1f\\x7f]*$",
    [SCENARIO_FORM_URL] = "^http://[^\\x00-\\x1f\\x7f]*$",
    [SCENARIO_FORM_FILE] = "^[^/.][^/]*\\.yaml$",
};

/* Bytes that the key takes at most, which are no fewer than characters. */
static int64_t text_maximum(const struct scenario_key *key)
{
    int64_t room = key->type == SCENARIO_TYPE_CHARS ? key->size - 1 : SCENARIO_TEXT_MAX;
    return key->maximum > 0 ? key->maximum : room;
}

static cJSON *text_of(const struct scenario_key *key)
{
    bool quoted = key->type == SCENARIO_TYPE_AT || key->type == SCENARIO_TYPE_BYTES;
    cJSON *schema = quoted ? one_type("string") : scalar();
    if (key->words) {
        cJSON_Delete(schema);
        return words_of(key->words);
    }
    if (key->minimum > 0)
        cJSON_AddNumberToObject(schema, "minLength",
                                1);       /* in bytes, of which a character has more */
    if (key->type != SCENARIO_TYPE_BYTES) /* each character of which is a byte of the wire */
        cJSON_AddNumberToObject(schema, "maxLength", (double)text_maximum(key));
    if (form_patterns[key->form])
        cJSON_AddStringToObject(schema, "pattern", form_patterns[key->form]);
    return schema;
}

/* The largest number that the member takes. */
static int64_t number_maximum(const struct scenario_key *key)
{
    return key->maximum > 0 || key->size == 0 || key->size > 4
               ? key->maximum
               : (INT64_C(1) << (8 * key->size)) - 1;
}

static cJSON *scalar_of(const struct scenario_key *key)
{
    switch (key->type) {
    case SCENARIO_TYPE_NUMBER:
        return number_of(TEXT_COUNT, key->minimum, number_maximum(key));
    case SCENARIO_TYPE_DURATION:
        return number_of(TEXT_DURATION, 0, 0);
    case SCENARIO_TYPE_SIZE:
        return number_of(TEXT_SIZE, 0, 0);
    case SCENARIO_TYPE_VOLTAGE:
        return number_of(TEXT_VOLTAGE, 0, 0);
    case SCENARIO_TYPE_PERCENT:
        return number_of(TEXT_PERCENT, 0, 0);
    case SCENARIO_TYPE_YES:
        return choices_of("yes");
    case SCENARIO_TYPE_WORD:
        return words_of(key->words);
    default:
        return text_of(key);
    }
}

/* With the word that may stand in place of a number, and a $name where one may. */
static cJSON *value_of(const struct scenario_key *key)
{
    if (key->type == SCENARIO_TYPE_MAP)
        return map_or_reference(key->map);
    if (key->type == SCENARIO_TYPE_SETTINGS)
        return reference("settings");
    if (key->type == SCENARIO_TYPE_CELL)
        return cell();
    if (key->type == SCENARIO_TYPE_WAVEFORM)
        return waveform();
    if (key->type == SCENARIO_TYPE_PARAMETERS)
        return parameters();
    if (key->type == SCENARIO_TYPE_VARY)
        return vary();
    cJSON *schema = scalar_of(key);
    if (!key->word && key->flags & SCENARIO_FIXED)
        return schema;
    schema = or_variable(schema);
    cJSON *either = cJSON_GetObjectItemCaseSensitive(schema, "anyOf");
    if (key->time_offset)
        cJSON_AddItemToArray(either, number_of(TEXT_DURATION, 0, 0));
    if (key->word)
        cJSON_AddItemToArray(either, choices_of(key->word));
    return schema;
}

/* The value itself, or two of them. */
static cJSON *or_range(cJSON *value)
{
    cJSON *either = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(either, "anyOf");
    cJSON *range = one_type("array");
    cJSON_AddItemToObject(range, "items", cJSON_Duplicate(value, true));
    cJSON_AddNumberToObject(range, "minItems", 2);
    cJSON_AddNumberToObject(range, "maxItems", 2);
    cJSON_AddItemToArray(list, value);
    cJSON_AddItemToArray(list, range);
    return either;
}

static cJSON *property_of(const struct scenario_key *key)
{
    cJSON *schema = value_of(key);
    if (key->flags & SCENARIO_LIST) {
        cJSON *list = one_type("array");
        cJSON_AddItemToObject(list, "items", schema);
        cJSON_AddNumberToObject(list, "minItems", 1);
        schema = list;
    }
    if (key->flags & SCENARIO_RANGE)
        schema = or_range(schema);
    if (key->help && !cJSON_HasObjectItem(schema, "$ref"))
        cJSON_AddStringToObject(schema, "description", key->help);
    return schema;
}

/* ---- mappings ------------------------------------------------------------------------------ */

/* The one key that says what it is, the modifiers that go with it, and those that it needs. */
static cJSON *branch_of(const struct scenario_map *map, const struct scenario_key *kind)
{
    cJSON *branch = cJSON_CreateObject();
    cJSON *required = cJSON_AddArrayToObject(branch, "required");
    cJSON *names = cJSON_AddObjectToObject(branch, "propertyNames");
    cJSON *allowed = cJSON_AddArrayToObject(names, "enum");
    add_word(required, kind->name);
    add_word(allowed, kind->name);
    for (size_t i = 0; i < map->count; i++) {
        const struct scenario_key *key = &map->keys[i];
        if (scenario_takes(kind, key))
            add_word(allowed, key->name);
        if (scenario_must_have(kind, key))
            add_word(required, key->name);
    }
    return branch;
}

static void add_kinds(cJSON *schema, const struct scenario_map *map)
{
    cJSON *branches = cJSON_AddArrayToObject(schema, "oneOf");
    for (size_t i = 0; i < map->count; i++)
        if (!map->keys[i].modifier)
            cJSON_AddItemToArray(branches, branch_of(map, &map->keys[i]));
}

static void add_required(cJSON *schema, const struct scenario_map *map)
{
    cJSON *required = NULL;
    for (size_t i = 0; i < map->count; i++) {
        if (map->optional || !(map->keys[i].flags & SCENARIO_REQUIRED))
            continue;
        if (!required)
            required = cJSON_AddArrayToObject(schema, "required");
        add_word(required, map->keys[i].name);
    }
}

static void fill_map(cJSON *schema, const struct scenario_map *map)
{
    cJSON_AddStringToObject(schema, "type", "object");
    cJSON *properties = cJSON_AddObjectToObject(schema, "properties");
    for (size_t i = 0; i < map->count; i++)
        cJSON_AddItemToObject(properties, map->keys[i].name, property_of(&map->keys[i]));
    cJSON_AddBoolToObject(schema, "additionalProperties", false);
    add_required(schema, map);
    if (map->kinds)
        add_kinds(schema, map);
}

static cJSON *map_schema(const struct scenario_map *map)
{
    cJSON *schema = cJSON_CreateObject();
    fill_map(schema, map);
    return schema;
}

static void add_quantities(cJSON *definitions)
{
    char pattern[PATTERN_MAX];
    for (unsigned i = TEXT_COUNT + 1; i < TEXT_FACTOR; i++)
        cJSON_AddItemToObject(definitions, word_of(i),
                              pattern_of(text_quantity_pattern(i, pattern, sizeof pattern)));
}

static void add_definitions(cJSON *definitions)
{
    for (size_t i = 0; i < sizeof defined / sizeof defined[0]; i++)
        cJSON_AddItemToObject(definitions, defined[i]->name, map_schema(defined[i]));
    cJSON_AddItemToObject(definitions, scenario_profile_schema.name,
                          map_schema(&scenario_profile_schema));
    cJSON_AddItemToObject(definitions, "settings", settings());
    cJSON_AddItemToObject(definitions, "variable", pattern_of(variable_pattern));
}

static cJSON *root_of(const struct scenario_map *map, const char *title, cJSON **ret_definitions)
{
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "$schema", "http://json-schema.org/draft-07/schema#");
    cJSON_AddStringToObject(root, "title", title);
    fill_map(root, map);
    *ret_definitions = cJSON_AddObjectToObject(root, "definitions");
    return root;
}

static char *print(cJSON *root, cJSON *definitions)
{
    add_quantities(definitions);
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    return text;
}

char *scenario_json_schema(void)
{
    cJSON *definitions;
    cJSON *root = root_of(&scenario_schema, "scenario of fotarig", &definitions);
    add_definitions(definitions);
    return print(root, definitions);
}

char *scenario_map_json_schema(const struct scenario_map *map, const char *title)
{
    cJSON *definitions;
    cJSON *root = root_of(map, title, &definitions);
    return print(root, definitions);
}
