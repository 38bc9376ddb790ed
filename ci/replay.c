/*
 * replay.c - a fuzz target without a fuzzer: gives it the inputs of a kept corpus, in the build
 * that the checks have anyway.
 *
 * usage: replay_TARGET FILE     lines of base64, an input each; prints how many. An input that it
 * does not survive is told before it is tried, by TRACE=1 in the environment.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));

static int digit_of(int sign)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *found = sign ? strchr(digits, sign) : NULL;
    return found ? (int)(found - digits) : -1;
}

/* In place; its size. */
static size_t decode(char *line)
{
    size_t size = 0;
    uint32_t bits = 0;
    unsigned count = 0;
    for (const char *sign = line; digit_of(*sign) >= 0; sign++) {
        bits = bits << 6 | (uint32_t)digit_of(*sign);
        count += 6;
        if (count >= 8) {
            count -= 8;
            line[size++] = (char)(bits >> count & 0xff);
        }
    }
    return size;
}

int main(int argc, char **argv)
{
    FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;
    char *line = NULL;
    size_t capacity = 0;
    unsigned number = 0;
    if (!file) {
        fprintf(stderr, "usage: %s FILE of base64 lines\n", argv[0]);
        return 2;
    }
    if (LLVMFuzzerInitialize)
        LLVMFuzzerInitialize(&argc, &argv);
    while (getline(&line, &capacity, file) > 0) {
        size_t size = decode(line);
        uint8_t *bytes = malloc(size ? size : 1); /* of its own size: a sanitizer sees the end */
        if (!bytes)
            return 2;
        memcpy(bytes, line, size);
        number++;
        if (getenv("TRACE"))
            fprintf(stderr, "input %u, %zu bytes\n", number, size);
        LLVMFuzzerTestOneInput(bytes, size);
        free(bytes);
    }
    free(line);
    fclose(file);
    printf("%u inputs\n", number);
    return number ? 0 : 1;
}
