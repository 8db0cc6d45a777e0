
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Types of scan: from bytes to lines, from lines to requests, from requests to
 * findings, and their sums.
 */


#ifndef _SCAN_TYPES_H_INCLUDED_
#define _SCAN_TYPES_H_INCLUDED_


#include <stdint.h>

#include "cli/common/cli_types.h"
#include "cguard/decision/cguard_target.h"


#define SCAN_NO_TIME   INT64_MIN
#define SCAN_DAY       86400

#define SCAN_LINE_MAX  (1024 * 1024)

#define SCAN_CLF_LEN   26

#define SCAN_TEXT_TIMES  4

/* targets of a line that may be the attack, beside the first one */

#define SCAN_OTHERS  4


/* what is known of a request; its bytes are in the line, or in "text" */

typedef struct {
    cli_str_t             client;
    cli_str_t             method;
    cli_str_t             target;
    cli_str_t             query;
    cli_str_t             verdict;
    cli_str_t             outcome;
    cli_str_t             reason;
    cli_str_t             id;           /* nginx's $request_id */
    int64_t               time;
    int64_t               bytes;
    unsigned              status;
    unsigned              canary;

    /* no request, but the number of requests that the guard has not logged */
    uint64_t              left_out;

    /* begins with the size, which few lines need as a number */
    cli_str_t             size;

    /* other targets that the line has, if they are of interest */
    cli_str_t             other[SCAN_OTHERS];
    unsigned              others;
    unsigned              more;         /* than are kept here */
} scan_line_t;


typedef enum {
    SCAN_CLF = 0,
    SCAN_CUSTOM,
    SCAN_JSON,
    SCAN_W3C,
    SCAN_ERROR_LOG,
    SCAN_GATEWAY,
    SCAN_TABLE,
    SCAN_PAIRS,
    SCAN_PIECES,
    SCAN_FORMATS,
    SCAN_UNKNOWN = SCAN_FORMATS
} scan_format_e;


/* kinds of SCAN_CLF, by what follows the size */

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
    SCAN_F_ID,
    SCAN_F_CANARY,
    SCAN_F_TIME_CLF,
    SCAN_F_TIME_ISO,
    SCAN_F_TIME_EPOCH,
    SCAN_F_DATE,
    SCAN_F_CLOCK,
    SCAN_F_TIME,
    SCAN_F_LINE,            /* a line of another log */
    SCAN_F_HOST,
    SCAN_F_SKIP,            /* known, but of no interest */
    SCAN_FIELDS
} scan_field_e;


/*
 * A log_format: fields with a text after each, and one before all.  A host may
 * directly precede the target, which begins with a slash.
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


/*
 * The columns that "#Fields:" or a header has named; "separator" is the byte
 * between them, 0 for the spaces and tabs of W3C.
 */

#define SCAN_W3C_MAX  256

typedef struct {
    unsigned char         column[SCAN_W3C_MAX];
    unsigned char         rank[SCAN_W3C_MAX];
    unsigned              n;
    unsigned char         separator;
    char                  date[11];
} scan_w3c_t;


/* the JSON keys to which --key gives a meaning */

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


/* one for each thread: what it remembers from line to line */

#define SCAN_SEEN_KEYS  32
#define SCAN_SEEN_LEN   40

typedef struct {
    char                  key[SCAN_SEEN_LEN];
    unsigned              len;
    scan_field_e          field;
    unsigned              rank;
} scan_seen_t;


/* a time as text, and where its seconds are */

#define SCAN_TIME_CACHE_LEN  40

typedef struct {
    unsigned char  text[SCAN_TIME_CACHE_LEN];
    unsigned       len;
    unsigned       at;
    int64_t        minute;
    int64_t        time;
} scan_time_cache_t;


/* the values of a line, and the text before each and before its end */

#define SCAN_LAYOUT_VALUES  48
#define SCAN_LAYOUT_TEXT    2048
#define SCAN_LAYOUT_MEMOS   8

typedef struct {
    const unsigned char  *data;
    const unsigned char  *last;
    scan_field_e          field;
    unsigned              rank;
    unsigned              quoted;
} scan_value_t;


/* as they are in the line; more than SCAN_LAYOUT_VALUES are only counted */

typedef struct {
    scan_value_t          value[SCAN_LAYOUT_VALUES];
    unsigned              n;
} scan_values_t;


typedef enum {
    SCAN_LAYOUT_IS_STRING = 0,
    SCAN_LAYOUT_IS_BARE,
    SCAN_LAYOUT_IS_TARGET,
    SCAN_LAYOUT_IS_REQUEST,
    SCAN_LAYOUT_IS_TIME,
    SCAN_LAYOUT_IS_CLOCK,
    SCAN_LAYOUT_IS_QUERY,
    SCAN_LAYOUT_IS_VERDICT,
    SCAN_LAYOUT_IS_TEXT         /* a string that may be a line of its own */
} scan_layout_e;


typedef struct {
    /* the text before it, and which bytes of its last window count */
    unsigned short        text;
    unsigned short        len;
    unsigned              mask16;
    unsigned              mask32;

    unsigned char         is;
    unsigned char         stop;         /* the byte behind it */

    /* so many values from here on are mostly those of the line before */
    unsigned char         run;
    unsigned char         memo;

    unsigned              quoted:1;
    unsigned              some:1;       /* may not be empty */
    unsigned              line:1;       /* is a line of its own */
} scan_layout_value_t;


typedef struct {
    unsigned char        text[SCAN_LAYOUT_TEXT];
    scan_layout_value_t  value[SCAN_LAYOUT_VALUES + 1];
    unsigned             n;
    scan_format_e        format;

    /* the time without its seconds, if only these may differ */
    int64_t              minute;

    /* only a target may have more of these bytes than the text has */
    unsigned char        mark[3];
    unsigned             marks;
} scan_layout_t;


/* the marks between the words of a line, and what is asked for at each */

#define SCAN_SHAPE_MARKS  192

typedef enum {
    SCAN_SHAPE_PLAIN = 0,
    SCAN_SHAPE_REQUEST,         /* METHOD and target are behind it */
    SCAN_SHAPE_STRING,          /* a string in quotes */
    SCAN_SHAPE_TIME,            /* the colon behind the hour */
    SCAN_SHAPE_COLON,           /* one that belongs to no time */
    SCAN_SHAPE_SLASH,           /* one that begins no target */
    SCAN_SHAPE_BRACKET,
    SCAN_SHAPE_END
} scan_shape_e;


/* each kind stands SCAN_SHAPE_MARKS behind its mark; a line end is the last */

typedef struct {
    unsigned char         mark[2 * SCAN_SHAPE_MARKS];
    unsigned              n;
    unsigned              requests;
    unsigned              times;
    unsigned              pairs;

    unsigned              known:1;
    unsigned              begins:1;         /* with the request */
    unsigned              quoted:1;         /* the request */
    unsigned              protocol:1;       /* is part of it */
    unsigned              answered:1;       /* a status has to follow */
    unsigned              timed:1;
    unsigned              late:1;           /* the time, behind the request */
} scan_shape_t;


typedef struct scan_parser_s  scan_parser_t;

struct scan_parser_s {
    const scan_formats_t *formats;
    scan_format_e         format;
    unsigned              kinds;
    scan_w3c_t            w3c;

    scan_time_cache_t  clock;

    /* that of the header in front of JSON */
    int64_t        header;

    scan_seen_t    seen[SCAN_SEEN_KEYS];
    scan_layout_t  layout;
    scan_shape_t   shape;

    /* text made for one line: at most SCAN_TEXT_TIMES the longest line */
    unsigned char        *text;
    size_t                used;
    const unsigned char  *line;

    /* of a line within a line; and who parses it */
    unsigned              depth;
    scan_parsed_e       (*inner)(scan_parser_t *ps, const unsigned char *p,
                                 const unsigned char *last, scan_line_t *ln);

    /* what is left of a line that holds several requests */
    const unsigned char  *rest;
    const unsigned char  *end;
    struct json_t        *document;
    unsigned              next;
};


/* lines that the fast path has passed: how many in a row have the same time */

#define SCAN_PASSED_TIMES  64

typedef struct {
    struct {
        int64_t           time;
        uint64_t          lines;
    } at[SCAN_PASSED_TIMES];

    unsigned              n;
} scan_passed_t;


typedef enum {
    SCAN_NOTHING = 0,
    SCAN_MALFORMED,         /* refused, but no sign of this vulnerability */
    SCAN_OWN,               /* the operator's own request */
    SCAN_LOOK,              /* somebody has to look at it */
    SCAN_BLOCKED,
    SCAN_ATTEMPT,
    SCAN_NOT_KNOWN,         /* an attack; its answer is not known */
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
    SCAN_WHY_FIELD,
    SCAN_WHY_QUERY,
    SCAN_WHY_MALFORMED,
    SCAN_WHY_ERROR,
    SCAN_WHY_FRONT,
    SCAN_WHY_STAGE,
    SCAN_WHY_STAGE_UNKNOWN,
    SCAN_WHY_PHP_UNKNOWN,
    SCAN_WHY_APACHE_SIZE,
    SCAN_WHY_OWN_UNKNOWN,   /* one request in several logs: the last of these */
    SCAN_WHY_OWN,
    SCAN_WHY_OWN_OPEN,
    SCAN_WHY_VERIFY,
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
    SCAN_WHY_SHELL,
    SCAN_WHYS
} scan_why_e;


#define SCAN_IS_VPNS       0x01
#define SCAN_IS_SCRIPT     0x02
#define SCAN_IS_TEMPLATE   0x04
#define SCAN_IS_TEXT       0x08
#define SCAN_IS_PHP        0x10
#define SCAN_IS_STAGE      0x20
#define SCAN_IS_SHELL      0x40


typedef struct {
    uint64_t              number;
    cli_str_t             line;
    scan_line_t           request;      /* its strings are without escapes */
    cli_str_t             reading;
    cguard_reason_e       reason;
    const char           *named;        /* or the guard's own words */
    scan_outcome_e        outcome;
    scan_why_e            why;
    unsigned              is;
    unsigned              damaged;
    scan_format_e         format;
    unsigned              event:1;      /* according to the guard, */
    unsigned              sign:1;       /* and a sign of this vulnerability */
} scan_hit_t;


/* memory for findings, which outlive their line; and scratch for one string */

typedef struct scan_block_s  scan_block_t;

typedef struct {
    scan_block_t         *block;
    unsigned char        *scratch;
    size_t                size;
} scan_arena_t;


#define SCAN_DAMAGED_SHOWN   20
#define SCAN_OWN_MAX         32
#define SCAN_TIMELINE         1000
#define SCAN_MILESTONES         8
#define SCAN_DAYS            16384
#define SCAN_ORIGINS         65536
#define SCAN_GROUPS          16384
#define SCAN_GROUP_LEN       200
#define SCAN_ORIGIN_LEN      63
#define SCAN_STATUSES        4


typedef struct {
    char                 *name;
    const char           *error;
    char                  packed[48];
    unsigned              members;      /* it is an archive of so many */
    unsigned              order;        /* in which it was read */
    uint64_t              size;
    uint64_t              lines;
    uint64_t              requests;
    uint64_t              damaged;
    uint64_t              damaged_line[SCAN_DAMAGED_SHOWN];
    unsigned              formats;
    unsigned              kinds;
    unsigned              named:1;
} scan_file_t;


/* a source address */

typedef struct {
    unsigned char         name[SCAN_ORIGIN_LEN];
    unsigned char         len;
    uint64_t              count[SCAN_OUTCOMES];
    int64_t               first;
    int64_t               last;
    int64_t               script_first;
    int64_t               template_last;
    unsigned              is;
} scan_origin_t;


/* targets with the same reading */

typedef struct {
    unsigned char         name[SCAN_GROUP_LEN];
    unsigned char         target[SCAN_GROUP_LEN];
    unsigned char         len;
    unsigned char         tlen;
    const char           *reason;
    unsigned char         statuses;
    unsigned short        status[SCAN_STATUSES];
    uint64_t              count;
} scan_group_t;


typedef struct {
    int64_t               day;
    uint64_t              requests;
    uint64_t              attempts;
    uint64_t              success;
} scan_day_t;


/* a request, its number of lines in each kind of log, and its outcome */

#define SCAN_EVENTS      65536
#define SCAN_EVENT_KINDS 4

typedef struct {
    unsigned              lines[SCAN_EVENT_KINDS];
    unsigned              most;
    scan_outcome_e        outcome;
    scan_why_e            why;
    int64_t               time;
    const scan_file_t    *file;
    uint64_t              number;
} scan_seen_event_t;


typedef struct {
    uint64_t              event;            /* its hash */
} scan_seen_id_t;


/* what the timeline shows */

typedef struct {
    int64_t               time;
    uint64_t              number;
    const scan_file_t    *file;
    scan_outcome_e        outcome;
    scan_why_e            why;
    unsigned              status;
    unsigned char         client[SCAN_ORIGIN_LEN + 1];
    unsigned char         method[17];
    unsigned char         target[SCAN_GROUP_LEN];
    unsigned char         len;
} scan_timeline_entry_t;


typedef struct {
    int64_t               time;
    const char           *name;
} scan_milestone_t;


typedef struct {
    uint64_t              attempts;
    uint64_t              success;
} scan_period_t;


/* entries by hash; "slot" has their numbers plus one */

typedef struct {
    void                 *entry;
    size_t                size;
    unsigned             *slot;
    size_t                slots;
    size_t                n;
    size_t                max;
    uint64_t              left_out;
} scan_hash_table_t;


typedef enum {
    SCAN_TEXT = 0,
    SCAN_JSON_OUT,
    SCAN_CSV
} scan_output_e;


typedef struct {
    scan_formats_t        formats;
    const char           *log_format;
    const char           *nginx_conf;
    unsigned              policy;
    unsigned              threads;
    scan_output_e         output;
    unsigned              would_block:1;
    unsigned              progress:1;
    unsigned              interrupted:1;
    unsigned              quiet:1;
    int64_t               shield_up;

    /* addresses, and tokens in targets */
    const char           *own[SCAN_OWN_MAX];
    unsigned              owns;

    scan_file_t         **file;
    size_t                nfile;
    uint64_t              size;

    uint64_t              requests;
    uint64_t              untimed;
    uint64_t              left_out;
    int64_t               first;
    int64_t               last;

    uint64_t              count[SCAN_OUTCOMES];
    uint64_t              why[SCAN_WHYS];
    uint64_t              salvaged;
    int64_t               attempt_first;
    int64_t               attempt_last;
    int64_t               success_first;
    int64_t               success_last;

    scan_hash_table_t  origins;
    scan_hash_table_t  groups;
    scan_hash_table_t  days;
    scan_hash_table_t  events;
    scan_hash_table_t  ids;

    scan_timeline_entry_t  *timeline;
    size_t                  timeline_n;
    uint64_t                timeline_left_out;

    scan_milestone_t  milestone[SCAN_MILESTONES];
    unsigned          milestones;
    scan_period_t     period[SCAN_MILESTONES + 1];
    scan_period_t     no_period;

    uint64_t              exported;
} scan_findings_t;


#endif /* _SCAN_TYPES_H_INCLUDED_ */
