#pragma once

namespace ropewalk::http {

// The status that tells a client why a file cannot be opened, from the errno of open(2): 404 if the
// path cannot be that of a file, 403 if it may not be read, 503 if that may be over soon, and 500
// if something is broken here.
int statusOfOpenError(int error);

}  // namespace ropewalk::http
