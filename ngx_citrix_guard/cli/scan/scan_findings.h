
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The case: all that a run of scan has found, in bounded memory.
 */


#ifndef _SCAN_CASE_H_INCLUDED_
#define _SCAN_CASE_H_INCLUDED_


#include "scan.h"


#define SCAN_DAMAGED_SHOWN   20
#define SCAN_NOTABLE         1000
#define SCAN_MOMENTS         8
#define SCAN_DAYS            16384
#define SCAN_ORIGINS         65536
#define SCAN_GROUPS          16384
#define SCAN_GROUP_LEN       200
#define SCAN_ORIGIN_LEN      63
#define SCAN_STATUSES        4


typedef struct {
    char                 *name;
    const char           *error;
    const char           *packed;
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


/* targets with one reading */

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
} scan_notable_t;


typedef struct {
    int64_t               time;
    const char           *name;
} scan_moment_t;


typedef struct {
    uint64_t              attempts;
    uint64_t              success;
} scan_period_t;


/* entries by hash: "slot" has their numbers, and one more */

typedef struct {
    void                 *entry;
    size_t                size;
    unsigned             *slot;
    size_t                slots;
    size_t                n;
    size_t                max;
    uint64_t              left_out;
} scan_table_t;


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

    scan_file_t          *file;
    size_t                nfile;
    uint64_t              size;

    uint64_t              requests;
    uint64_t              untimed;
    int64_t               first;
    int64_t               last;

    uint64_t              count[SCAN_OUTCOMES];
    uint64_t              why[SCAN_WHYS];
    uint64_t              salvaged;
    int64_t               attempt_first;
    int64_t               attempt_last;
    int64_t               success_first;
    int64_t               success_last;

    scan_table_t          origins;
    scan_table_t          groups;
    scan_table_t          days;

    scan_notable_t       *notable;
    size_t                notables;
    uint64_t              notable_left_out;

    scan_moment_t         moment[SCAN_MOMENTS];
    unsigned              moments;
    scan_period_t         period[SCAN_MOMENTS + 1];
    scan_period_t         no_period;

    uint64_t              exported;
} scan_case_t;


/* scan_findings.c */

void scan_case_init(scan_case_t *sc);
void scan_case_free(scan_case_t *sc);
void scan_case_moment(scan_case_t *sc, int64_t time, const char *name);
void scan_case_time(scan_case_t *sc, int64_t first, int64_t last);
void scan_case_day(scan_case_t *sc, int64_t day, uint64_t requests);
void scan_case_hit(scan_case_t *sc, const scan_file_t *file,
    const scan_hit_t *hit);
uint64_t scan_attempts(const uint64_t count[SCAN_OUTCOMES]);
uint64_t scan_successes(const uint64_t count[SCAN_OUTCOMES]);
int scan_sequence(const scan_origin_t *origin);
int scan_case_status(const scan_case_t *sc);


/* scan_hash.c: the entry, a new one of zeros, or NULL if there are too many */

void scan_table_init(scan_table_t *t, size_t size, size_t max);
void *scan_table_get(scan_table_t *t, uint64_t hash,
    int (*same)(const void *entry, const void *key), const void *key);
void *scan_table_entry(const scan_table_t *t, size_t i);
void scan_table_free(scan_table_t *t);
uint64_t scan_hash(uint64_t hash, const void *p, size_t len);


/* scan_run.c: reads all files */

void scan_run(scan_case_t *sc);


/* scan_progress.c */

void scan_progress(scan_case_t *sc, uint64_t done);
void scan_progress_end(const scan_case_t *sc);


/* scan_report.c, scan_conclusion.c, scan_export.c */

void scan_report(scan_case_t *sc);
void scan_conclusion(const scan_case_t *sc, FILE *f);
const char *scan_verdict(const scan_case_t *sc);
void scan_formats_text(const scan_file_t *file, char *buf, size_t size);
void scan_would_block(scan_case_t *sc);

void scan_export_begin(scan_case_t *sc);
void scan_export_hit(scan_case_t *sc, const scan_file_t *file,
    const scan_hit_t *hit);
void scan_export_end(scan_case_t *sc);


#endif /* _SCAN_CASE_H_INCLUDED_ */
