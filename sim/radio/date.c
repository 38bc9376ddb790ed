/*
 * date.c - Unix seconds to a calendar date (proleptic Gregorian, no leap seconds).
 */
#include "sim/frame.h"

struct sim_date sim_date_of(int64_t unix_s)
{
    int64_t days = unix_s / 86400;
    int64_t seconds = unix_s % 86400;
    if (seconds < 0) {
        seconds += 86400;
        days--;
    }
    /* Years begin in March here, so that the leap day is the last one. */
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t day_of_era = z - era * 146097;
    int64_t year =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * day_of_year + 2) / 153;
    return (struct sim_date){
        .year = (uint32_t)(year + era * 400 + (month >= 10)),
        .month = (uint32_t)(month < 10 ? month + 3 : month - 9),
        .day = (uint32_t)(day_of_year - (153 * month + 2) / 5 + 1),
        .hour = (uint32_t)(seconds / 3600),
        .minute = (uint32_t)(seconds / 60 % 60),
        .second = (uint32_t)(seconds % 60),
    };
}

int64_t sim_date_seconds(const struct sim_date *date)
{
    int64_t year = (int64_t)date->year - (date->month <= 2);
    int64_t era = year / 400;
    int64_t year_of_era = year - era * 400;
    int64_t month = date->month > 2 ? date->month - 3 : date->month + 9;
    int64_t day_of_year = (153 * month + 2) / 5 + date->day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    int64_t days = era * 146097 + day_of_era - 719468;
    return days * 86400 + date->hour * 3600 + date->minute * 60 + date->second;
}

void sim_put_date(struct sim_context *ctx, int64_t unix_s)
{
    struct sim_date date = sim_date_of(unix_s);
    sim_put_padded(ctx, date.year % 100, 2);
    sim_put_text(ctx, "/");
    sim_put_padded(ctx, date.month, 2);
    sim_put_text(ctx, "/");
    sim_put_padded(ctx, date.day, 2);
    sim_put_text(ctx, ",");
    sim_put_padded(ctx, date.hour, 2);
    sim_put_text(ctx, ":");
    sim_put_padded(ctx, date.minute, 2);
    sim_put_text(ctx, ":");
    sim_put_padded(ctx, date.second, 2);
}
