/* imei.c - counting IMEIs. */
#include "harness/serve/imei.h"

enum { DIGITS = 14 };

/* Luhn: every second digit from the right of the 14 counts double, its digits added. */
static char check_digit(const char *digits)
{
    unsigned sum = 0;

    for (int i = 0; i < DIGITS; i++) {
        unsigned digit = (unsigned)(digits[i] - '0');
        if (i % 2 == 1)
            digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
        sum += digit;
    }
    return (char)('0' + (10 - sum % 10) % 10);
}

void bench_imei(const char *first, uint32_t index, char ret_imei[BENCH_IMEI_SIZE])
{
    uint64_t number = 0, limit = 1;

    for (int i = 0; i < DIGITS; i++) {
        char c = *first ? *first++ : '0';
        number = number * 10 + (uint64_t)(c >= '0' && c <= '9' ? c - '0' : 0);
        limit *= 10;
    }
    number = (number + index) % limit;
    for (int i = DIGITS - 1; i >= 0; i--) {
        ret_imei[i] = (char)('0' + number % 10);
        number /= 10;
    }
    ret_imei[DIGITS] = check_digit(ret_imei);
    ret_imei[DIGITS + 1] = '\0';
}
