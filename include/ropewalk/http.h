#pragma once

// HTTP/1.1, complete. In reading order:
//   site.h          start here: a Factory that serves a Router
//   router.h        which handler answers which request
//   request.h       what a handler gets
//   response.h      what it returns
//   body_writer.h   ... and how it writes a body while it is sent
//   file_part.h     ... and how it returns a part of a file
//   validators.h    the state of a resource, as clients name it
//   static_files.h  a directory as a handler
//   limits.h        what clients may do, with the numbers
//   text.h          escaping, status phrases, field names

#include "ropewalk/http/body_writer.h"
#include "ropewalk/http/file_part.h"
#include "ropewalk/http/limits.h"
#include "ropewalk/http/request.h"
#include "ropewalk/http/response.h"
#include "ropewalk/http/router.h"
#include "ropewalk/http/site.h"
#include "ropewalk/http/static_files.h"
#include "ropewalk/http/text.h"
#include "ropewalk/http/validators.h"
