
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * citrix-guard scan: from bytes to lines, from lines to requests, from
 * requests to findings, and from findings to a case.
 */


#ifndef _SCAN_H_INCLUDED_
#define _SCAN_H_INCLUDED_


#include <signal.h>
#include <stdint.h>

#include "cli/cli.h"


#define SCAN_NO_TIME   INT64_MIN
#define SCAN_DAY       86400

#define SCAN_LINE_MAX  (1024 * 1024)

#define SCAN_CLF_LEN   26


/* what is known of a request; the bytes are those of the line, or of "text" */

typedef struct {
    cli_str_t             client;
    cli_str_t             method;
    cli_str_t             target;
    cli_str_t             query;
    cli_str_t             verdict;
    cli_str_t             outcome;
    cli_str_t             reason;
    int64_t               time;
    int64_t               bytes;
    unsigned              status;
    unsigned              canary;

    /* begins with the size, which few lines need as a number */
    cli_str_t             size;
} scan_line_t;


typedef enum {
    SCAN_CLF = 0,
    SCAN_CUSTOM,
    SCAN_JSON,
    SCAN_W3C,
    SCAN_ERROR_LOG,
    SCAN_FORMATS,
    SCAN_UNKNOWN = SCAN_FORMATS
} scan_format_e;


/* kinds of SCAN_CLF, by what is behind the size */

#define SCAN_KIND_COMMON    0x01
#define SCAN_KIND_COMBINED  0x02
#define SCAN_KIND_TIME      0x04


typedef enum {
    SCAN_REQUEST = 0,
    SCAN_NO_REQUEST,
    SCAN_DAMAGED
} scan_parsed_e;


typedef enum {
    SCAN_F_NONE = 0,
    SCAN_F_CLIENT,
    SCAN_F_METHOD,
    SCAN_F_TARGET,
    SCAN_F_QUERY,
    SCAN_F_REQUEST,
    SCAN_F_STATUS,
    SCAN_F_BYTES,
    SCAN_F_VERDICT,
    SCAN_F_OUTCOME,
    SCAN_F_REASON,
    SCAN_F_CANARY,
    SCAN_F_TIME_CLF,
    SCAN_F_TIME_ISO,
    SCAN_F_TIME_EPOCH,
    SCAN_F_DATE,
    SCAN_F_CLOCK,
    SCAN_F_TIME
} scan_field_e;


/*
 * A log_format: fields with a text behind each, and one in front of all.  A
 * host may stand right in front of the target, which begins with a slash.
 */

#define SCAN_CUSTOM_MAX  64

typedef struct {
    scan_field_e          field;
    cli_str_t             behind;
    unsigned              slash:1;
} scan_custom_field_t;


typedef struct {
    char                 *text;
    cli_str_t             front;
    scan_custom_field_t   field[SCAN_CUSTOM_MAX];
    unsigned              n;
    unsigned              json:1;           /* "escape=json" */
} scan_custom_t;


/* the columns that "#Fields:" has named */

#define SCAN_W3C_MAX  64

typedef struct {
    unsigned char         column[SCAN_W3C_MAX];
    unsigned              n;
    char                  date[11];
} scan_w3c_t;


/* keys of JSON lines that --key gives a meaning */

#define SCAN_KEYS_MAX  32

typedef struct {
    cli_str_t             key;
    scan_field_e          field;
} scan_key_t;


typedef struct {
    scan_custom_t        *custom;
    scan_key_t            key[SCAN_KEYS_MAX];
    unsigned              nkey;
} scan_formats_t;


/* one of these a thread: what it remembers from line to line */

#define SCAN_SEEN_KEYS  32
#define SCAN_SEEN_LEN   40

typedef struct {
    char                  key[SCAN_SEEN_LEN];
    unsigned              len;
    scan_field_e          field;
    unsigned              rank;
} scan_seen_t;


/* a time, as it was written, and where its seconds are */

#define SCAN_CLOCK_LEN  40

typedef struct {
    unsigned char         text[SCAN_CLOCK_LEN];
    unsigned              len;
    unsigned              at;
    int64_t               minute;
    int64_t               time;
} scan_clock_t;


/* the values of a JSON line, and the text in front of each and of its end */

#define SCAN_SHAPE_VALUES  48
#define SCAN_SHAPE_TEXT    2048

typedef struct {
    const unsigned char  *data;
    const unsigned char  *last;
    scan_field_e          field;
    unsigned              rank;
    unsigned              quoted;
} scan_value_t;


typedef enum {
    SCAN_SHAPE_ANY = 0,
    SCAN_SHAPE_TARGET,
    SCAN_SHAPE_REQUEST,
    SCAN_SHAPE_TIME,
    SCAN_SHAPE_QUERY,
    SCAN_SHAPE_VERDICT
} scan_shape_e;


typedef struct {
    unsigned short        text;
    unsigned short        len;
    unsigned char         is;
    unsigned char         quoted;
} scan_shape_value_t;


typedef struct {
    unsigned char         text[SCAN_SHAPE_TEXT];
    scan_shape_value_t    value[SCAN_SHAPE_VALUES + 1];
    unsigned              n;
} scan_shape_t;


typedef struct {
    const scan_formats_t *formats;
    scan_format_e         format;
    unsigned              kinds;
    scan_w3c_t            w3c;

    scan_clock_t          clock;

    scan_seen_t           seen[SCAN_SEEN_KEYS];
    scan_shape_t          shape;

    /* what is put together for one line; as long as the longest line */
    unsigned char        *text;
    size_t                used;
    const unsigned char  *line;
} scan_parser_t;


/* scan_run.c: a signal asks for an end */

extern volatile sig_atomic_t  scan_stop;


/* scan_time.c: seconds since 1970, or SCAN_NO_TIME */

int64_t scan_time_clf(const unsigned char *p);
int64_t scan_time_iso(const unsigned char *p, size_t len);
int64_t scan_time_epoch(const unsigned char *p, size_t len);
int64_t scan_time_any(const unsigned char *p, size_t len);
int64_t scan_clock(scan_clock_t *clock, const unsigned char *p, size_t len);
int64_t scan_clock_clf(scan_clock_t *clock, const unsigned char *p);
int64_t scan_time_option(const char *text);
const char *scan_time_text(int64_t time, char buf[32]);
const char *scan_day_text(int64_t day, char buf[32]);


/*
 * scan_format.c.  The parsers take a line without its end, and return what
 * came of it.  The strings still have the format's own escapes.
 */

scan_parsed_e scan_parse(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln);
void scan_line_init(scan_line_t *ln);
void scan_line_size(scan_line_t *ln);
void scan_request(scan_line_t *ln, const unsigned char *p,
    const unsigned char *last);
int scan_number(const unsigned char *p, const unsigned char *last,
    int64_t *n);
cli_str_t scan_client(cli_str_t client);
void scan_set(scan_parser_t *ps, scan_line_t *ln, scan_field_e field,
    const unsigned char *p, const unsigned char *last);
scan_field_e scan_field_named(const char *name, size_t len);

scan_parsed_e scan_clf(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln);
scan_parsed_e scan_custom(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln);
int scan_custom_compile(scan_formats_t *formats, const char *format,
    unsigned json);
scan_parsed_e scan_json(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln);
scan_parsed_e scan_w3c(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln);
void scan_w3c_fields(scan_w3c_t *w3c, const unsigned char *p,
    const unsigned char *last);
scan_parsed_e scan_error_log(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln);


/*
 * scan_fast_clf.c: the end of the line that begins at "p", if it is a request
 * with nothing to be found in it, and its time; NULL: the long way.  "last"
 * is the end of all that may be read.
 */

const unsigned char *scan_dull(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, unsigned policy, int64_t *time);
const unsigned char *scan_dull_request(const unsigned char *p,
    const unsigned char *last);


/* scan_fast_json.c: the same for JSON, by what the line before was like */

const unsigned char *scan_shape(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, int64_t *time);
void scan_shape_learn(scan_shape_t *shape, const unsigned char *p,
    const unsigned char *last, const scan_value_t *value, unsigned n);


/*
 * scan_nginx.c: the log_format of that name, by the nginx.conf that "conf"
 * is; NULL: one that nginx knows by itself.  -1 with a message.
 */

int scan_nginx_named(scan_formats_t *formats, const char *name,
    const char *conf);


/* scan_prefilter.c: may this target, as the log has it, be of any interest? */

int scan_is_dull(const unsigned char *p, size_t len, unsigned policy);

/* "word" in small letters; NULL if it is not there */

const unsigned char *scan_find(const unsigned char *p, size_t len,
    const char *word);


/* scan_escape.c: at most "len" bytes come out; "dst" may be "src" */

size_t scan_unescape(unsigned char *dst, const unsigned char *src, size_t len);
size_t scan_unescape_json(unsigned char *dst, const unsigned char *src,
    size_t len);


/* scan_judge.c */

typedef enum {
    SCAN_NOTHING = 0,
    SCAN_MARK,              /* a script that was answered: for the sequence */
    SCAN_MALFORMED,         /* refused, but no sign of this hole */
    SCAN_BLOCKED,
    SCAN_ATTEMPT,
    SCAN_SCAN_SUCCESS,
    SCAN_EXPLOIT,
    SCAN_OUTCOMES
} scan_outcome_e;


typedef enum {
    SCAN_WHY_NONE = 0,
    SCAN_WHY_GUARD,
    SCAN_WHY_GUARD_PAGE,
    SCAN_WHY_POLICY,
    SCAN_WHY_NGINX_PAGE,
    SCAN_WHY_REFUSED,
    SCAN_WHY_OTHER,
    SCAN_WHY_UNKNOWN,
    SCAN_WHY_QUERY,
    SCAN_WHY_MALFORMED,
    SCAN_WHY_ERROR,
    SCAN_WHY_SCRIPT,
    SCAN_WHY_SCRIPT_READ,
    SCAN_WHY_READ,
    SCAN_WHY_APACHE,
    SCAN_WHY_EVENT,
    SCAN_WHY_EVENT_OTHER,
    SCAN_WHY_EVENT_SEEN,
    SCAN_WHY_SCRIPT_304,
    SCAN_WHY_TEMPLATE,
    SCAN_WHY_TEXT,
    SCAN_WHY_PHP,
    SCAN_WHYS
} scan_why_e;


extern const char  *scan_outcome_name[SCAN_OUTCOMES];
extern const char  *scan_why_text[SCAN_WHYS];


#define SCAN_IS_VPNS       0x01
#define SCAN_IS_SCRIPT     0x02
#define SCAN_IS_TEMPLATE   0x04
#define SCAN_IS_TEXT       0x08
#define SCAN_IS_PHP        0x10


typedef struct {
    uint64_t              number;
    cli_str_t             line;
    scan_line_t           request;      /* its strings without escapes */
    cli_str_t             reading;
    cguard_reason_e       reason;
    const char           *named;        /* or what the guard has written */
    scan_outcome_e        outcome;
    scan_why_e            why;
    unsigned              is;
    unsigned              damaged;
    unsigned              event:1;      /* by the guard's own word, */
    unsigned              sign:1;       /* and it is a sign of this hole */
} scan_hit_t;


/* bytes for hits, which outlive their line; and some for one at a time */

typedef struct scan_block_s  scan_block_t;

typedef struct {
    scan_block_t         *block;
    unsigned char        *scratch;
    size_t                size;
} scan_arena_t;


/* 1: a finding, and "hit" is filled */

int scan_judge(const scan_line_t *ln, unsigned policy, scan_arena_t *arena,
    scan_hit_t *hit);

/* the same, without asking scan_is_dull() first */

int scan_judge_long(const scan_line_t *ln, unsigned policy,
    scan_arena_t *arena, scan_hit_t *hit);

/* the same for a line that could not be parsed */

int scan_judge_damaged(const unsigned char *p, const unsigned char *last,
    unsigned policy, scan_arena_t *arena, scan_hit_t *hit);

/* scan_event.c: the guard's own word; 1 if it settles the outcome */

void scan_event_begin(scan_hit_t *hit);
int scan_event(scan_hit_t *hit);

cli_str_t scan_keep(scan_arena_t *arena, const unsigned char *p, size_t len);
unsigned char *scan_scratch(scan_arena_t *arena, size_t size);
void scan_arena_reset(scan_arena_t *arena);
void scan_arena_free(scan_arena_t *arena);


#endif /* _SCAN_H_INCLUDED_ */
