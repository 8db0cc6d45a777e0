
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Parses times as logs write them.
 */


#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "scan_time.h"
#include "scan_types.h"


/* where the seconds are in yyyy-mm-ddThh:mm:ss */

#define SCAN_ISO_SECONDS  17

/* "Fri, 10 Jan 2020 08:00:00 ", in front of its zone */

#define SCAN_HTTP_LEN     26

/* the digits of the seconds since 1970 */

#define SCAN_EPOCH_LEN    10


/* the zone of times without one: seconds, or by the tz database */

static int64_t   scan_offset;
static unsigned  scan_by_name;


static int64_t scan_iso(const unsigned char *p, size_t len, unsigned *zoned);
static int64_t scan_seconds(int64_t year, unsigned month, unsigned day,
    unsigned hour, unsigned min, unsigned sec);
static int scan_zone(const unsigned char *p, const unsigned char *last,
    int64_t *offset);


static int
scan_two(const unsigned char *p, unsigned *n)
{
    unsigned  a, b;

    a = p[0] - (unsigned) '0';
    b = p[1] - (unsigned) '0';

    *n = a * 10 + b;

    return a < 10 && b < 10;
}


/* the month with these three letters, in any case; 0 if there is none */

static unsigned
scan_month(const unsigned char *p)
{
    unsigned  i, word;

    static const char  names[] = "janfebmaraprmayjunjulaugsepoctnovdec";

    word = (unsigned) (p[0] | 0x20) << 16 | (unsigned) (p[1] | 0x20) << 8
           | (p[2] | 0x20);

    for (i = 0; i < 36; i += 3) {
        if (word == ((unsigned) names[i] << 16 | (unsigned) names[i + 1] << 8
                     | (unsigned) names[i + 2]))
        {
            return i / 3 + 1;
        }
    }

    return 0;
}


/* dd/Mon/yyyy:hh:mm:ss +zzzz: the caller has checked the 26 bytes */

int64_t
scan_time_clf(const unsigned char *p)
{
    int64_t   offset, time;
    unsigned  day, month, century, year, hour, min, sec;

    month = scan_month(p + 3);

    if (!month
        || !scan_two(p, &day)
        || !scan_two(p + 7, &century) || !scan_two(p + 9, &year)
        || !scan_two(p + 12, &hour)
        || !scan_two(p + 15, &min)
        || !scan_two(p + 18, &sec)
        || p[2] != '/' || p[6] != '/' || p[11] != ':' || p[14] != ':'
        || p[17] != ':' || p[20] != ' '
        || scan_zone(p + 21, p + 26, &offset) == -1)
    {
        return SCAN_NO_TIME;
    }

    time = scan_seconds(century * 100 + year, month, day, hour, min, sec);

    return time == SCAN_NO_TIME ? time : time - offset;
}


/*
 * yyyy-mm-dd, also with "/"; then "T" or a space, and hh:mm or hh:mm:ss, with
 * a fraction, and "Z", +hh:mm or +hhmm; UTC without a zone
 */

int64_t
scan_time_iso(const unsigned char *p, size_t len)
{
    unsigned  zoned;

    return scan_iso(p, len, &zoned);
}


int64_t
scan_time_local(const unsigned char *p, size_t len)
{
    time_t     utc;
    int64_t    time;
    unsigned   zoned;
    struct tm  tm;

    time = scan_iso(p, len, &zoned);

    if (time == SCAN_NO_TIME || zoned) {
        return time;
    }

    if (!scan_by_name) {
        return time - scan_offset;
    }

    utc = (time_t) time;

    if (gmtime_r(&utc, &tm) == NULL) {
        return SCAN_NO_TIME;
    }

    tm.tm_isdst = -1;

    return mktime(&tm);
}


int
scan_time_zone(const char *text)
{
    char                  path[128];
    const unsigned char  *p;

    p = (const unsigned char *) text;

    if (scan_zone(p, p + strlen(text), &scan_offset) == 0) {
        return 0;
    }

    if (*text < 'A' || *text > 'Z' || strstr(text, "..")
        || (size_t) snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s",
                             text) >= sizeof(path)
        || access(path, R_OK) == -1)
    {
        return -1;
    }

    scan_by_name = 1;

    (void) setenv("TZ", text, 1);
    tzset();

    return 0;
}


static int64_t
scan_iso(const unsigned char *p, size_t len, unsigned *zoned)
{
    int64_t               offset, time;
    unsigned              day, month, century, year, hour, min, sec;
    const unsigned char  *last;

    last = p + len;
    hour = min = sec = 0;
    offset = 0;

    if (len < 10
        || !scan_two(p, &century) || !scan_two(p + 2, &year)
        || !scan_two(p + 5, &month) || !scan_two(p + 8, &day)
        || (p[4] != '-' && p[4] != '/') || p[7] != p[4])
    {
        return SCAN_NO_TIME;
    }

    p += 10;

    if (last - p >= 6) {

        if ((p[0] != 'T' && p[0] != 't' && p[0] != ' ') || p[3] != ':'
            || !scan_two(p + 1, &hour) || !scan_two(p + 4, &min))
        {
            return SCAN_NO_TIME;
        }

        p += 6;

        if (last - p >= 3 && p[0] == ':') {
            if (!scan_two(p + 1, &sec)) {
                return SCAN_NO_TIME;
            }

            p += 3;
        }

        if (p < last && (*p == '.' || *p == ',')) {
            for (p++; p < last && *p >= '0' && *p <= '9'; p++) { /* void */ }
        }
    }

    if (p < last && *p == ' ') {
        p++;
    }

    *zoned = p < last;

    if (*zoned && scan_zone(p, last, &offset) == -1) {
        return SCAN_NO_TIME;
    }

    time = scan_seconds(century * 100 + year, month, day, hour, min, sec);

    return time == SCAN_NO_TIME ? time : time - offset;
}


/*
 * Seconds since 1970, which have 10 digits from 2001 to 2286; or milli-, micro-
 * or nanoseconds.  A shorter number is how long something took.
 */

int64_t
scan_time_epoch(const unsigned char *p, size_t len)
{
    size_t    i, k;
    uint64_t  n;

    n = 0;

    for (i = 0; i < len && p[i] >= '0' && p[i] <= '9'; i++) {
        if (i < SCAN_EPOCH_LEN) {
            n = n * 10 + (p[i] - (unsigned) '0');
        }
    }

    if ((i != SCAN_EPOCH_LEN && i != SCAN_EPOCH_LEN + 3
         && i != SCAN_EPOCH_LEN + 6 && i != SCAN_EPOCH_LEN + 9)
        || (i < len && p[i] != '.' && p[i] != 'e'))
    {
        return SCAN_NO_TIME;
    }

    /* a fraction and an exponent, and nothing behind them */

    for (k = i; k < len; k++) {
        if (!(p[k] >= '0' && p[k] <= '9') && p[k] != '.' && p[k] != 'e'
            && p[k] != '+' && p[k] != '-')
        {
            return SCAN_NO_TIME;
        }
    }

    return (int64_t) n;
}


/* Fri, 10 Jan 2020 08:00:00 GMT, or +0000 */

static int64_t
scan_time_http(const unsigned char *p, size_t len)
{
    unsigned char  text[SCAN_CLF_LEN];

    if (len != SCAN_HTTP_LEN + 3 && len != SCAN_HTTP_LEN + 5) {
        return SCAN_NO_TIME;
    }

    memcpy(text, p + 5, 20);
    text[2] = text[6] = '/';
    text[11] = ':';

    memcpy(text + 20, " +0000", 6);

    if (len == SCAN_HTTP_LEN + 5) {
        memcpy(text + 21, p + SCAN_HTTP_LEN, 5);

    } else if (memcmp(p + SCAN_HTTP_LEN, "GMT", 3) != 0
               && memcmp(p + SCAN_HTTP_LEN, "UTC", 3) != 0)
    {
        return SCAN_NO_TIME;
    }

    return scan_time_clf(text);
}


int64_t
scan_time_any(const unsigned char *p, size_t len)
{
    if (len && *p == '[') {
        p++;
        len--;
    }

    if (len >= SCAN_CLF_LEN && p[2] == '/') {
        return len == SCAN_CLF_LEN
               || (len == SCAN_CLF_LEN + 1 && p[SCAN_CLF_LEN] == ']')
               ? scan_time_clf(p) : SCAN_NO_TIME;
    }

    if (len >= 10 && (p[4] == '-' || p[4] == '/')) {
        return scan_time_local(p, len);
    }

    if (len > 5 && p[3] == ',' && p[4] == ' ') {
        return scan_time_http(p, len);
    }

    return scan_time_epoch(p, len);
}


/*
 * The same, using the time of the line before: most lines have the same
 * second, and nearly all the same minute.
 */

static int64_t
scan_clock_set(scan_time_cache_t *clock, const unsigned char *p, size_t len,
    unsigned at, int64_t time)
{
    unsigned  sec;

    if (time == SCAN_NO_TIME || len > SCAN_TIME_CACHE_LEN) {
        return time;
    }

    memcpy(clock->text, p, len);
    clock->len = (unsigned) len;
    clock->at = at;
    clock->time = time;

    if (at && scan_two(p + at, &sec)) {
        clock->minute = time - sec;
    }

    return time;
}


/* everything but the seconds is the same */

static int64_t
scan_time_cache_step(scan_time_cache_t *clock, const unsigned char *p)
{
    unsigned  sec;

    if (!scan_two(p, &sec) || sec > 60) {
        return SCAN_NO_TIME;
    }

    memcpy(clock->text + clock->at, p, 2);
    clock->time = clock->minute + sec;

    return clock->time;
}


int64_t
scan_time_cached_clf(scan_time_cache_t *clock, const unsigned char *p)
{
    if (clock->at == SCAN_CLF_SECONDS
        && memcmp(clock->text, p, SCAN_CLF_SECONDS) == 0
        && memcmp(clock->text + SCAN_CLF_SECONDS + 2,
                  p + SCAN_CLF_SECONDS + 2,
                  SCAN_CLF_LEN - SCAN_CLF_SECONDS - 2)
           == 0)
    {
        return memcmp(clock->text + SCAN_CLF_SECONDS, p + SCAN_CLF_SECONDS, 2)
               ? scan_time_cache_step(clock,
                                      p + SCAN_CLF_SECONDS) : clock->time;
    }

    return scan_clock_set(clock, p, SCAN_CLF_LEN, SCAN_CLF_SECONDS,
                          scan_time_clf(p));
}


int64_t
scan_time_cached(scan_time_cache_t *clock, const unsigned char *p, size_t len)
{
    unsigned  at;

    if (len == clock->len && len) {

        if (memcmp(clock->text, p, len) == 0) {
            return clock->time;
        }

        at = clock->at;

        if (at && memcmp(clock->text, p, at) == 0
            && memcmp(clock->text + at + 2, p + at + 2, len - at - 2) == 0)
        {
            return scan_time_cache_step(clock, p + at);
        }
    }

    at = 0;

    if (len == SCAN_CLF_LEN && p[2] == '/') {
        at = SCAN_CLF_SECONDS;

    } else if (len > SCAN_ISO_SECONDS + 1 && (p[4] == '-' || p[4] == '/')
               && p[SCAN_ISO_SECONDS - 1] == ':')
    {
        at = SCAN_ISO_SECONDS;
    }

    return scan_clock_set(clock, p, len, at, scan_time_any(p, len));
}


int64_t
scan_time_option(const char *text)
{
    size_t                len;
    const unsigned char  *p;

    p = (const unsigned char *) text;
    len = strlen(text);

    return len >= 10 && p[4] == '-' ? scan_time_iso(p, len)
                                    : scan_time_any(p, len);
}


/* "Z", "UTC", +hhmm, +hh:mm, +hh */

static int
scan_zone(const unsigned char *p, const unsigned char *last, int64_t *offset)
{
    size_t    len;
    unsigned  hour, min;

    len = (size_t) (last - p);

    *offset = 0;

    if ((len == 1 && (p[0] | 0x20) == 'z')
        || (len == 3 && memcmp(p, "UTC", 3) == 0))
    {
        return 0;
    }

    if (len < 3 || (p[0] != '+' && p[0] != '-') || !scan_two(p + 1, &hour)) {
        return -1;
    }

    min = 0;

    if (!(len == 3
          || (len == 5 && scan_two(p + 3, &min))
          || (len == 6 && p[3] == ':' && scan_two(p + 4, &min)))
        || hour > 15 || min > 59)
    {
        return -1;
    }

    *offset = ((int64_t) hour * 60 + min) * (p[0] == '-' ? -60 : 60);

    return 0;
}


/* days from the civil calendar, which repeats itself every 400 years */

static int64_t
scan_seconds(int64_t year, unsigned month, unsigned day, unsigned hour,
    unsigned min, unsigned sec)
{
    int64_t  days, era, of_era, of_year;

    static const unsigned char  length[] = {
        31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
    };

    if (month < 1 || month > 12 || day < 1 || day > length[month - 1]
        || hour > 23 || min > 59 || sec > 60 || year < 1970)
    {
        return SCAN_NO_TIME;
    }

    year -= month <= 2;
    era = year / 400;
    of_era = year - era * 400;
    of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    days = era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year
           - 719468;

    return days * SCAN_DAY + hour * 3600 + min * 60 + sec;
}


static void
scan_civil(int64_t day, unsigned *year, unsigned *month, unsigned *mday)
{
    int64_t  era, of_era, of_year, y, m;

    day += 719468;
    era = day / 146097;
    of_era = day - era * 146097;
    y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    of_year = of_era - (365 * y + y / 4 - y / 100);
    m = (5 * of_year + 2) / 153;

    *mday = (unsigned) (of_year - (153 * m + 2) / 5 + 1);
    *month = (unsigned) (m < 10 ? m + 3 : m - 9);
    *year = (unsigned) (y + era * 400 + (*month <= 2));
}


const char *
scan_day_text(int64_t day, char buf[32])
{
    unsigned  year, month, mday;

    scan_civil(day, &year, &month, &mday);
    snprintf(buf, 32, "%04u-%02u-%02u", year, month, mday);

    return buf;
}


const char *
scan_time_text(int64_t time, char buf[32])
{
    size_t   n;
    int64_t  sec;

    if (time == SCAN_NO_TIME) {
        return "-";
    }

    sec = time % SCAN_DAY;

    scan_day_text(time / SCAN_DAY, buf);
    n = strlen(buf);

    snprintf(buf + n, 32 - n, "T%02u:%02u:%02uZ", (unsigned) (sec / 3600),
             (unsigned) (sec / 60 % 60), (unsigned) (sec % 60));

    return buf;
}
