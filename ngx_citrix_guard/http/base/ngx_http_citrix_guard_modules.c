
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What other modules have in their configuration.  Their structures are
 * private, but the offsets in their tables of directives are not.
 */


#include "ngx_http_citrix_guard_modules.h"


ngx_module_t *
ngx_http_citrix_guard_find_module(ngx_cycle_t *cycle, const char *name)
{
    ngx_uint_t  m;

    for (m = 0; cycle->modules[m]; m++) {
        if (ngx_strcmp(cycle->modules[m]->name, name) == 0) {
            return cycle->modules[m];
        }
    }

    return NULL;
}


/* where a module keeps the value of its directive */

void *
ngx_http_citrix_guard_module_field(ngx_module_t *module, void **loc_conf,
    const char *directive)
{
    ngx_command_t  *cmd;

    for (cmd = module->commands; cmd->name.len; cmd++) {
        if (ngx_strcmp(cmd->name.data, directive) == 0
            && cmd->conf == NGX_HTTP_LOC_CONF_OFFSET)
        {
            return (char *) loc_conf[module->ctx_index] + cmd->offset;
        }
    }

    return NULL;
}


ngx_http_upstream_conf_t *
ngx_http_citrix_guard_upstream_conf(ngx_module_t *module, void **loc_conf)
{
    char           *conf;
    ngx_command_t  *cmd;

    if (module->type != NGX_HTTP_MODULE || module->commands == NULL) {
        return NULL;
    }

    for (cmd = module->commands; cmd->name.len; cmd++) {
        if (cmd->set == ngx_http_upstream_bind_set_slot
            && cmd->conf == NGX_HTTP_LOC_CONF_OFFSET)
        {
            conf = loc_conf[module->ctx_index];

            return (ngx_http_upstream_conf_t *)
                   (conf + cmd->offset
                    - offsetof(ngx_http_upstream_conf_t, local));
        }
    }

    return NULL;
}
