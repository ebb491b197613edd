#pragma once

#include <string>
#include <string_view>

#include "ropewalk/detail/cxx20.h"

namespace ropewalk::http {

/// `text` with `& < > " '` made entities: safe between tags and inside quoted attributes.
std::string escapeHtml(std::string_view text);

/// The usual phrase of a status code: "Not Found" for 404, "Unknown Status" for one that is not
/// registered.
std::string_view reasonPhrase(int status);

/// A field name as it is usually written: `content-type` gives "Content-Type", `etag` "ETag",
/// `www-authenticate` "WWW-Authenticate".
std::string canonicalName(std::string_view name);

}  // namespace ropewalk::http
