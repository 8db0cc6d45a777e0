
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The version of all of it: the modules and the command.
 */


#ifndef _CGUARD_VERSION_H_INCLUDED_
#define _CGUARD_VERSION_H_INCLUDED_


#define CGUARD_VERSION  "0.1.0"


#endif /* _CGUARD_VERSION_H_INCLUDED_ */
