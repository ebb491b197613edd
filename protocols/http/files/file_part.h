#pragma once

#include <sys/stat.h>

#include <string>

namespace ropewalk::http::files {

// The entity tag, without quotes, of a file in the state that `status` tells of: its size and when
// it was changed, to the nanosecond.
//
// A file that is written twice within one tick of the file system's clock (a few milliseconds) and
// keeps its size keeps its tag.
std::string fileTag(const struct stat& status);

}  // namespace ropewalk::http::files
