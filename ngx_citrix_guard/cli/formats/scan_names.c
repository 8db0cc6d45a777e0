
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * One table for all formats whose fields have names.  Letter case, and
 * everything but letters and digits, is ignored, so clientIP, client_ip and
 * client.ip are one name.  If a name is a path, its longest ending in the
 * table counts, so http.response.status_code is statuscode.
 */


#include <pthread.h>
#include <string.h>

#include "scan_names.h"
#include "scan_types.h"


#define SCAN_NAME_LEN    48
#define SCAN_NAME_SLOTS  1024


typedef struct {
    const char           *name;
    scan_field_e          field;
    unsigned              rank;
} scan_name_t;


static void scan_names_fill(void);
static const scan_name_t *scan_names_find(const char *name, size_t len);


/* complete paths, exactly as written */

static const scan_name_t  scan_paths[] = {
    { "upstream.status", SCAN_F_STATUS, 9 },
    { "upstream.bytes", SCAN_F_BYTES, 6 },
    { "verdict", SCAN_F_VERDICT, 9 },
    { "citrix_guard_verdict", SCAN_F_VERDICT, 8 },
    { "outcome", SCAN_F_OUTCOME, 9 },
    { "citrix_guard_outcome", SCAN_F_OUTCOME, 8 },
    { "reason", SCAN_F_REASON, 9 },
    { "citrix_guard_reason", SCAN_F_REASON, 8 },
    { "canary", SCAN_F_CANARY, 9 },
    { "id", SCAN_F_ID, 9 },
    { "request_id", SCAN_F_ID, 8 },
    { "path", SCAN_F_TARGET, 3 },
};


static const char  scan_name_event[] = "citrix_guard.";


/* docs/cli.md, "Names", has the same list: t/cli/format.t */

static const scan_name_t  scan_names[] = {
    { "@timestamp", SCAN_F_TIME, 9 },
    { "time", SCAN_F_TIME, 8 },
    { "timestamp", SCAN_F_TIME, 7 },
    { "timeiso8601", SCAN_F_TIME, 7 },
    { "starttime", SCAN_F_TIME, 7 },
    { "startutc", SCAN_F_TIME, 7 },
    { "edgestarttimestamp", SCAN_F_TIME, 7 },
    { "starteddatetime", SCAN_F_TIME, 7 },
    { "timelocal", SCAN_F_TIME, 6 },
    { "eventtime", SCAN_F_TIME, 6 },
    { "eventtimestamp", SCAN_F_TIME, 6 },
    { "timegenerated", SCAN_F_TIME, 6 },
    { "devtime", SCAN_F_TIME, 6 },
    { "rt", SCAN_F_TIME, 6 },
    { "requesttime", SCAN_F_TIME, 6 },
    { "reqtimesec", SCAN_F_TIME, 6 },
    { "edgeendtimestamp", SCAN_F_TIME, 5 },
    { "receivetimestamp", SCAN_F_TIME, 4 },
    { "messagetime", SCAN_F_TIME, 5 },
    { "timeunixnano", SCAN_F_TIME, 6 },
    { "logtime", SCAN_F_TIME, 5 },
    { "utctime", SCAN_F_TIME, 6 },
    { "datetime", SCAN_F_TIME, 5 },
    { "startedat", SCAN_F_TIME, 5 },
    { "start", SCAN_F_TIME, 4 },
    { "date", SCAN_F_TIME, 4 },
    { "ts", SCAN_F_TIME, 4 },
    { "msec", SCAN_F_TIME, 3 },

    { "client", SCAN_F_CLIENT, 9 },
    { "clientip", SCAN_F_CLIENT, 9 },
    { "clientaddress", SCAN_F_CLIENT, 8 },
    { "clientipaddress", SCAN_F_CLIENT, 8 },
    { "clienthost", SCAN_F_CLIENT, 8 },
    { "clientaddr", SCAN_F_CLIENT, 7 },
    { "sourceip", SCAN_F_CLIENT, 8 },
    { "sourceaddress", SCAN_F_CLIENT, 7 },
    { "sourceipaddress", SCAN_F_CLIENT, 8 },
    { "srcip", SCAN_F_CLIENT, 8 },
    { "srcaddr", SCAN_F_CLIENT, 7 },
    { "src", SCAN_F_CLIENT, 7 },
    { "ipclient", SCAN_F_CLIENT, 8 },
    { "idorigh", SCAN_F_CLIENT, 8 },
    { "sourceipv4address", SCAN_F_CLIENT, 7 },
    { "remoteaddr", SCAN_F_CLIENT, 8 },
    { "remoteip", SCAN_F_CLIENT, 8 },
    { "remotehost", SCAN_F_CLIENT, 7 },
    { "remoteaddress", SCAN_F_CLIENT, 7 },
    { "downstreamremoteaddress", SCAN_F_CLIENT, 7 },
    { "remote", SCAN_F_CLIENT, 6 },
    { "cliip", SCAN_F_CLIENT, 8 },
    { "cip", SCAN_F_CLIENT, 8 },
    { "csip", SCAN_F_CLIENT, 8 },
    { "ipsrc", SCAN_F_CLIENT, 8 },
    { "realip", SCAN_F_CLIENT, 7 },
    { "xrealip", SCAN_F_CLIENT, 5 },
    { "calleripaddress", SCAN_F_CLIENT, 7 },
    { "fwd", SCAN_F_CLIENT, 6 },
    { "trueclientip", SCAN_F_CLIENT, 8 },
    { "netpeerip", SCAN_F_CLIENT, 7 },
    { "ip", SCAN_F_CLIENT, 5 },
    { "xforwardedfor", SCAN_F_CLIENT, 4 },

    { "method", SCAN_F_METHOD, 9 },
    { "requestmethod", SCAN_F_METHOD, 9 },
    { "clientrequestmethod", SCAN_F_METHOD, 9 },
    { "httpmethod", SCAN_F_METHOD, 8 },
    { "httpverb", SCAN_F_METHOD, 8 },
    { "reqmethod", SCAN_F_METHOD, 8 },
    { "verb", SCAN_F_METHOD, 8 },
    { "requestverb", SCAN_F_METHOD, 8 },
    { "httprequestmethod", SCAN_F_METHOD, 9 },
    { "csmethod", SCAN_F_METHOD, 8 },
    { "netscalerhttpreqmethod", SCAN_F_METHOD, 8 },

    { "target", SCAN_F_TARGET, 9 },
    { "requesturi", SCAN_F_TARGET, 9 },
    { "requesttarget", SCAN_F_TARGET, 9 },
    { "clientrequesturi", SCAN_F_TARGET, 9 },
    { "urloriginal", SCAN_F_TARGET, 9 },
    { "originalurl", SCAN_F_TARGET, 9 },
    { "originaluri", SCAN_F_TARGET, 9 },
    { "rawuri", SCAN_F_TARGET, 9 },
    { "rawurl", SCAN_F_TARGET, 9 },
    { "rawpath", SCAN_F_TARGET, 8 },
    { "xenvoyoriginalpath", SCAN_F_TARGET, 8 },
    { "urlfull", SCAN_F_TARGET, 8 },
    { "fullurl", SCAN_F_TARGET, 8 },
    { "requesturl", SCAN_F_TARGET, 8 },
    { "requestedurl", SCAN_F_TARGET, 8 },
    { "requesteduri", SCAN_F_TARGET, 8 },
    { "httprequesturi", SCAN_F_TARGET, 8 },
    { "httprequesturl", SCAN_F_TARGET, 8 },
    { "httptarget", SCAN_F_TARGET, 8 },
    { "csuri", SCAN_F_TARGET, 8 },
    { "originalrequesturiwithargs", SCAN_F_TARGET, 9 },
    { "requesturlfull", SCAN_F_TARGET, 8 },
    { "url", SCAN_F_TARGET, 7 },
    { "httpurl", SCAN_F_TARGET, 7 },
    { "httpuri", SCAN_F_TARGET, 7 },
    { "requrl", SCAN_F_TARGET, 7 },
    { "requri", SCAN_F_TARGET, 7 },
    { "pathandquery", SCAN_F_TARGET, 7 },
    { "requestpath", SCAN_F_TARGET, 7 },
    { "httprequestpath", SCAN_F_TARGET, 6 },
    { "uri", SCAN_F_TARGET, 6 },
    { "uripath", SCAN_F_TARGET, 6 },
    { "uristem", SCAN_F_TARGET, 6 },
    { "urlstem", SCAN_F_TARGET, 6 },
    { "netscalerhttprequrl", SCAN_F_TARGET, 6 },
    { "reqpath", SCAN_F_TARGET, 6 },
    { "resource", SCAN_F_TARGET, 6 },
    { "csuristem", SCAN_F_TARGET, 6 },
    { "csuripath", SCAN_F_TARGET, 6 },
    { "urlpath", SCAN_F_TARGET, 5 },
    { "httppath", SCAN_F_TARGET, 5 },
    { "clientrequestpath", SCAN_F_TARGET, 5 },
    { "endpoint", SCAN_F_TARGET, 4 },
    { "path", SCAN_F_TARGET, 3 },

    { "request", SCAN_F_REQUEST, 8 },
    { "requestline", SCAN_F_REQUEST, 8 },
    { "httprequest", SCAN_F_REQUEST, 8 },
    { "clientrequest", SCAN_F_REQUEST, 8 },
    { "req", SCAN_F_REQUEST, 8 },

    { "query", SCAN_F_QUERY, 9 },
    { "args", SCAN_F_QUERY, 9 },
    { "querystring", SCAN_F_QUERY, 9 },
    { "requestquery", SCAN_F_QUERY, 9 },
    { "urlquery", SCAN_F_QUERY, 9 },
    { "uriquery", SCAN_F_QUERY, 9 },
    { "csuriquery", SCAN_F_QUERY, 9 },

    { "status", SCAN_F_STATUS, 8 },
    { "statuscode", SCAN_F_STATUS, 9 },
    { "responsestatus", SCAN_F_STATUS, 9 },
    { "responsestatuscode", SCAN_F_STATUS, 9 },
    { "responsecode", SCAN_F_STATUS, 9 },
    { "scstatus", SCAN_F_STATUS, 9 },
    { "edgeresponsestatus", SCAN_F_STATUS, 9 },
    { "downstreamstatus", SCAN_F_STATUS, 9 },
    { "elbstatuscode", SCAN_F_STATUS, 9 },
    { "httpstatuscode", SCAN_F_STATUS, 9 },
    { "httpstatcode", SCAN_F_STATUS, 9 },
    { "httpretcode", SCAN_F_STATUS, 8 },
    { "httpresponsecode", SCAN_F_STATUS, 9 },
    { "httpstatus", SCAN_F_STATUS, 8 },
    { "response", SCAN_F_STATUS, 7 },
    { "targetstatuscode", SCAN_F_STATUS, 7 },
    { "respcode", SCAN_F_STATUS, 7 },
    { "returncode", SCAN_F_STATUS, 7 },
    { "retcode", SCAN_F_STATUS, 6 },
    { "httpcode", SCAN_F_STATUS, 7 },
    { "resultcode", SCAN_F_STATUS, 6 },
    { "httpresponsestatus", SCAN_F_STATUS, 9 },
    { "httpresponsestatuscode", SCAN_F_STATUS, 9 },
    { "responsehttpstatus", SCAN_F_STATUS, 9 },
    { "rspstatus", SCAN_F_STATUS, 7 },
    { "originstatus", SCAN_F_STATUS, 6 },
    { "originresponsestatus", SCAN_F_STATUS, 6 },
    { "backendstatuscode", SCAN_F_STATUS, 6 },
    { "upstreamstatus", SCAN_F_STATUS, 5 },
    { "netscalerhttprspstatus", SCAN_F_STATUS, 6 },
    { "code", SCAN_F_STATUS, 3 },

    { "bodybytessent", SCAN_F_BYTES, 9 },
    { "responsebodybytes", SCAN_F_BYTES, 9 },
    { "responsebodylen", SCAN_F_BYTES, 9 },
    { "downstreamcontentsize", SCAN_F_BYTES, 9 },
    { "bytessent", SCAN_F_BYTES, 8 },
    { "sentbytes", SCAN_F_BYTES, 8 },
    { "bytes", SCAN_F_BYTES, 8 },
    { "edgeresponsebytes", SCAN_F_BYTES, 8 },
    { "responsebytes", SCAN_F_BYTES, 8 },
    { "scbytes", SCAN_F_BYTES, 8 },
    { "size", SCAN_F_BYTES, 7 },
    { "responsesize", SCAN_F_BYTES, 7 },
    { "responselength", SCAN_F_BYTES, 7 },
    { "length", SCAN_F_BYTES, 5 },
    { "out", SCAN_F_BYTES, 5 },
    { "requestbodybytes", SCAN_F_SKIP, 0 },

    { "log", SCAN_F_LINE, 6 },
    { "raw", SCAN_F_LINE, 6 },
    { "rawlog", SCAN_F_LINE, 6 },
    { "fulllog", SCAN_F_LINE, 6 },
    { "rawmessage", SCAN_F_LINE, 6 },
    { "rawevent", SCAN_F_LINE, 6 },
    { "eventoriginal", SCAN_F_LINE, 6 },
    { "textpayload", SCAN_F_LINE, 6 },
    { "fullmessage", SCAN_F_LINE, 6 },
    { "@message", SCAN_F_LINE, 6 },
    { "logline", SCAN_F_LINE, 6 },
    { "line", SCAN_F_LINE, 5 },
    { "message", SCAN_F_LINE, 5 },
    { "shortmessage", SCAN_F_LINE, 5 },
    { "syslogmessage", SCAN_F_LINE, 5 },
    { "msg", SCAN_F_LINE, 4 },
    { "stringvalue", SCAN_F_LINE, 3 },
    { "lines", SCAN_F_LINE, 3 },
    { "logs", SCAN_F_LINE, 2 },
    { "text", SCAN_F_LINE, 3 },
    { "body", SCAN_F_LINE, 3 },
    { "content", SCAN_F_LINE, 3 },
    { "payload", SCAN_F_LINE, 3 },
    { "event", SCAN_F_LINE, 2 },
    { "data", SCAN_F_LINE, 2 },

    { "host", SCAN_F_HOST, 1 },
    { "hostname", SCAN_F_HOST, 1 },

    /* not the client's, and not a target */

    { "logfilepath", SCAN_F_SKIP, 0 },
    { "filepath", SCAN_F_SKIP, 0 },
    { "destinationip", SCAN_F_SKIP, 0 },
    { "serverip", SCAN_F_SKIP, 0 },
    { "hostip", SCAN_F_SKIP, 0 },
    { "reading", SCAN_F_SKIP, 0 },
    { "referer", SCAN_F_SKIP, 0 },
    { "referrer", SCAN_F_SKIP, 0 },
    { "httpreferer", SCAN_F_SKIP, 0 },
    { "httpreferrer", SCAN_F_SKIP, 0 },
    { "csreferer", SCAN_F_SKIP, 0 },
    { "clientrequestreferer", SCAN_F_SKIP, 0 },
    { "useragent", SCAN_F_SKIP, 0 },
    { "httpuseragent", SCAN_F_SKIP, 0 },
    { "agent", SCAN_F_SKIP, 0 },
    { "ua", SCAN_F_SKIP, 0 },
    { "httpua", SCAN_F_SKIP, 0 },
    { "browser", SCAN_F_SKIP, 0 },
    { "csuseragent", SCAN_F_SKIP, 0 },
    { "clientrequestuseragent", SCAN_F_SKIP, 0 },
    { "cookie", SCAN_F_SKIP, 0 },
    { "cscookie", SCAN_F_SKIP, 0 },
    { "httpcookie", SCAN_F_SKIP, 0 },
    { "protocol", SCAN_F_SKIP, 0 },
    { "proto", SCAN_F_SKIP, 0 },
    { "serverprotocol", SCAN_F_SKIP, 0 },
    { "requestprotocol", SCAN_F_SKIP, 0 },
    { "clientrequestprotocol", SCAN_F_SKIP, 0 },
    { "httpversion", SCAN_F_SKIP, 0 },
};

#define SCAN_NAMES  (sizeof(scan_names) / sizeof(scan_names[0]))


static pthread_once_t      scan_names_once = PTHREAD_ONCE_INIT;
static const scan_name_t  *scan_names_slot[SCAN_NAME_SLOTS];


static unsigned
scan_names_hash(const char *name, size_t len)
{
    unsigned  hash;

    for (hash = 5381; len; len--, name++) {
        hash = hash * 33 + (unsigned char) *name;
    }

    return hash;
}


static void
scan_names_fill(void)
{
    size_t    i;
    unsigned  at;

    for (i = 0; i < SCAN_NAMES; i++) {
        at = scan_names_hash(scan_names[i].name, strlen(scan_names[i].name));

        for (at %= SCAN_NAME_SLOTS; scan_names_slot[at];
             at = (at + 1) % SCAN_NAME_SLOTS)
        {
            /* void */
        }

        scan_names_slot[at] = &scan_names[i];
    }
}


static const scan_name_t *
scan_names_find(const char *name, size_t len)
{
    unsigned  at;

    for (at = scan_names_hash(name, len) % SCAN_NAME_SLOTS;
         scan_names_slot[at];
         at = (at + 1) % SCAN_NAME_SLOTS)
    {
        if (strlen(scan_names_slot[at]->name) == len
            && memcmp(scan_names_slot[at]->name, name, len) == 0)
        {
            return scan_names_slot[at];
        }
    }

    return NULL;
}


static const scan_name_t *
scan_name_path(const char *path, size_t len)
{
    size_t  i;

    /* our event within another one: conf/event-formats.conf */

    if (len > sizeof(scan_name_event) - 1
        && memcmp(path, scan_name_event, sizeof(scan_name_event) - 1) == 0)
    {
        path += sizeof(scan_name_event) - 1;
        len -= sizeof(scan_name_event) - 1;
    }

    for (i = 0; i < sizeof(scan_paths) / sizeof(scan_paths[0]); i++) {
        if (strlen(scan_paths[i].name) == len
            && strncasecmp(scan_paths[i].name, path, len) == 0)
        {
            return &scan_paths[i];
        }
    }

    return NULL;
}


/* the longest ending of the path that is a name; parts end at dots */

static const scan_name_t *
scan_name_end(const char *path, size_t len)
{
    char                c, name[SCAN_NAME_LEN];
    size_t              i, n, start;
    const scan_name_t  *found, *longest;

    longest = NULL;
    start = SCAN_NAME_LEN;

    /* from its end to its beginning */

    for (i = len; i; i--) {
        c = path[i - 1];

        if (c >= 'A' && c <= 'Z') {
            c |= 0x20;
        }

        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '@') {

            if (start == 0) {
                break;
            }

            name[--start] = c;
        }

        if (i == 1 || path[i - 2] == '.') {
            n = SCAN_NAME_LEN - start;
            found = scan_names_find(name + start, n);
            longest = found ? found : longest;
        }
    }

    return longest;
}


scan_field_e
scan_name(const scan_formats_t *formats, const char *path, size_t len,
    unsigned *rank)
{
    size_t              i;
    const scan_key_t   *key;
    const scan_name_t  *name;

    pthread_once(&scan_names_once, scan_names_fill);

    for (i = 0; i < formats->nkey; i++) {
        key = &formats->key[i];

        if (key->key.len == len && memcmp(key->key.data, path, len) == 0) {
            *rank = 10;
            return key->field;
        }
    }

    name = scan_name_path(path, len);

    if (name == NULL) {
        name = scan_name_end(path, len);
    }

    /* with a suffix for the type, as Azure writes: httpStatus_d */

    if (name == NULL && len > 2 && path[len - 2] == '_') {
        name = scan_name_end(path, len - 2);
    }

    *rank = name ? name->rank : 0;

    return name ? name->field : SCAN_F_NONE;
}
