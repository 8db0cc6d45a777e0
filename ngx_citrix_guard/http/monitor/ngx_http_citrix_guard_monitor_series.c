
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Counts over time, as JSON: by reason and by outcome, those that have
 * occurred.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_monitor_series.h"
#include "ngx_http_citrix_guard_monitor_names.h"
#include "http/evidence/ngx_http_citrix_guard_json.h"
#include "http/evidence/ngx_http_citrix_guard_zone.h"
#include "cguard/zone/cguard_zone.h"


static void ngx_http_citrix_guard_dump_scale(ngx_http_citrix_guard_json_t *o,
    cguard_zone_t *z, const char *key, cguard_zone_scale_e scale,
    uint64_t msec);
static void ngx_http_citrix_guard_dump_steps(ngx_http_citrix_guard_json_t *o,
    cguard_zone_t *z, cguard_zone_scale_e scale, uint64_t first,
    ngx_uint_t series, const char *name);


void
ngx_http_citrix_guard_dump_series(ngx_http_citrix_guard_json_t *o,
    cguard_zone_t *z, uint64_t msec)
{
    ngx_http_citrix_guard_dump_scale(o, z, "series", CGUARD_ZONE_BY_STEP,
                                     msec);

    ngx_http_citrix_guard_json_open(o, "longer", "[");

    ngx_http_citrix_guard_dump_scale(o, z, NULL, CGUARD_ZONE_BY_HOUR, msec);
    ngx_http_citrix_guard_dump_scale(o, z, NULL, CGUARD_ZONE_BY_DAY, msec);

    ngx_http_citrix_guard_json_close(o, "]");
}


static void
ngx_http_citrix_guard_dump_scale(ngx_http_citrix_guard_json_t *o,
    cguard_zone_t *z, const char *key, cguard_zone_scale_e scale,
    uint64_t msec)
{
    uint64_t    first, seconds, steps;
    ngx_uint_t  i;

    seconds = cguard_zone_seconds(scale);
    steps = cguard_zone_steps(scale);
    first = msec / 1000 / seconds - (steps - 1);

    ngx_http_citrix_guard_json_open(o, key, "{");
    ngx_http_citrix_guard_json_number(o, "step", seconds);
    ngx_http_citrix_guard_json_number(o, "steps", steps);
    ngx_http_citrix_guard_json_time(o, "first", first * seconds * 1000);

    ngx_http_citrix_guard_json_open(o, "reasons", "{");

    for (i = 0; ngx_http_citrix_guard_reason_name(i); i++) {
        ngx_http_citrix_guard_dump_steps(o, z, scale, first, i,
                                         ngx_http_citrix_guard_reason_name(i));
    }

    ngx_http_citrix_guard_json_close(o, "}");
    ngx_http_citrix_guard_json_open(o, "outcomes", "{");

    for (i = 0; i < CGUARD_ZONE_OUTCOMES; i++) {
        ngx_http_citrix_guard_dump_steps(o, z, scale, first,
                                        CGUARD_ZONE_REASONS + i,
                                        ngx_http_citrix_guard_outcome_label(i));
    }

    ngx_http_citrix_guard_json_close(o, "}");
    ngx_http_citrix_guard_json_close(o, "}");
}


static void
ngx_http_citrix_guard_dump_steps(ngx_http_citrix_guard_json_t *o,
    cguard_zone_t *z, cguard_zone_scale_e scale, uint64_t first,
    ngx_uint_t series, const char *name)
{
    uint64_t    n;
    ngx_uint_t  i;

    for (i = 0, n = 0; i < cguard_zone_steps(scale); i++) {
        n += cguard_zone_step(z, scale, first + i, series);
    }

    if (n == 0) {
        return;
    }

    ngx_http_citrix_guard_json_open(o, name, "[");

    for (i = 0; i < cguard_zone_steps(scale); i++) {
        ngx_http_citrix_guard_json_number(o, NULL,
                                        cguard_zone_step(z, scale, first + i,
                                                         series));
    }

    ngx_http_citrix_guard_json_close(o, "]");
}
