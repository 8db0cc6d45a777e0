
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The options "--sslvpn" and "--traversal".
 */


#ifndef _CLI_POLICY_H_INCLUDED_
#define _CLI_POLICY_H_INCLUDED_


/* "--sslvpn=on|off": sets or clears the bit; returns -1 with a message */

int cli_policy_sslvpn(const char *value, unsigned *policy);

/* "--traversal=vpns|any": the same */

int cli_policy_traversal(const char *value, unsigned *policy);


#endif /* _CLI_POLICY_H_INCLUDED_ */
