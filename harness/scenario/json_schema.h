/* json_schema.h - the scenario language as a JSON Schema, for editors and other tools. */
#ifndef FOTARIG_HARNESS_SCENARIO_JSON_SCHEMA_H
#define FOTARIG_HARNESS_SCENARIO_JSON_SCHEMA_H

/*
 * The schema (draft 7) as text, drawn from the loader's own tables; to be freed with cJSON_free().
 * NULL: no memory. It says what a schema can: keys, types, units, words, limits. What it can't (AT
 * text in quotes, the order of keys, what one part demands of another) only the loader refuses.
 */
char *scenario_json_schema(void);

struct scenario_map;
/* The same of a file of another kind (compile.h), whose title says what it is. */
char *scenario_map_json_schema(const struct scenario_map *map, const char *title);

#endif
