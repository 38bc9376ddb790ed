/* cjson.c - cJSON, when the first JSON is written. */
#include <cjson/cJSON.h>

#include "harness/lazy/lazy.h"

#define FUNCTIONS(X)                                                                               \
    X(cJSON *, cJSON_CreateObject, (void), ())                                                     \
    X(cJSON *, cJSON_CreateArray, (void), ())                                                      \
    X(cJSON *, cJSON_CreateNumber, (double number), (number))                                      \
    X(cJSON *, cJSON_CreateBool, (cJSON_bool boolean), (boolean))                                  \
    X(cJSON *, cJSON_CreateString, (const char *string), (string))                                 \
    X(cJSON *, cJSON_AddNumberToObject,                                                            \
      (cJSON *const object, const char *const name, const double number), (object, name, number))  \
    X(cJSON *, cJSON_AddStringToObject,                                                            \
      (cJSON *const object, const char *const name, const char *const string),                     \
      (object, name, string))                                                                      \
    X(cJSON *, cJSON_AddArrayToObject, (cJSON *const object, const char *const name),              \
      (object, name))                                                                              \
    X(cJSON *, cJSON_CreateTrue, (void), ())                                                       \
    X(cJSON *, cJSON_CreateNull, (void), ())                                                       \
    X(cJSON *, cJSON_Duplicate, (const cJSON *item, cJSON_bool recurse), (item, recurse))          \
    X(cJSON_bool, cJSON_AddItemToArray, (cJSON * array, cJSON * item), (array, item))              \
    X(cJSON_bool, cJSON_AddItemToObject, (cJSON * object, const char *string, cJSON *item),        \
      (object, string, item))                                                                      \
    X(cJSON_bool, cJSON_HasObjectItem, (const cJSON *object, const char *string),                  \
      (object, string))                                                                            \
    X(cJSON *, cJSON_AddObjectToObject, (cJSON *const object, const char *const name),             \
      (object, name))                                                                              \
    X(cJSON *, cJSON_AddBoolToObject,                                                              \
      (cJSON *const object, const char *const name, const cJSON_bool boolean),                     \
      (object, name, boolean))                                                                     \
    X(cJSON *, cJSON_GetObjectItemCaseSensitive,                                                   \
      (const cJSON *const object, const char *const name), (object, name))                         \
    X(int, cJSON_GetArraySize, (const cJSON *array), (array))                                      \
    X(char *, cJSON_GetStringValue, (const cJSON *const item), (item))                             \
    X(cJSON_bool, cJSON_IsArray, (const cJSON *const item), (item))                                \
    X(cJSON_bool, cJSON_IsNumber, (const cJSON *const item), (item))                               \
    X(cJSON_bool, cJSON_IsObject, (const cJSON *const item), (item))                               \
    X(cJSON_bool, cJSON_IsString, (const cJSON *const item), (item))                               \
    X(cJSON_bool, cJSON_IsTrue, (const cJSON *const item), (item))                                 \
    X(cJSON *, cJSON_Parse, (const char *text), (text))                                            \
    X(cJSON *, cJSON_ParseWithLength, (const char *text, size_t length), (text, length))           \
    X(char *, cJSON_PrintUnformatted, (const cJSON *item), (item))                                 \
    X(char *, cJSON_Print, (const cJSON *item), (item))                                            \
    X(void, cJSON_Delete, (cJSON * item), (item))                                                  \
    X(void, cJSON_free, (void *object), (object))

LAZY_LIBRARY(CJSON_SONAME, FUNCTIONS)
