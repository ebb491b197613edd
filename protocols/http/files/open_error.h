#pragma once

namespace ropewalk::http::files {

// The status for an errno of open(2): 404 if there is no such file, 403 if it may not be read, 503
// for a shortage that may pass, 500 for every other error, such as that of a failing disk.
int statusOfOpenError(int error);

}  // namespace ropewalk::http::files
