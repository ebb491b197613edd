#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "http/wire/target.h"

namespace ropewalk::http::routes {

// Walks over the segments of a path, what stands between its slashes, decoding each once.
//
//   for (PathSegments walk("/a%20b/"); walk.next();) use(walk.segment());   // "a b", then ""
//
// An escaped slash is a character of its segment. REQUIRES: the path begins with a slash and its
// escapes are right (splitTarget() saw to both), or it is empty.
class PathSegments {
 public:
  explicit PathSegments(std::string_view path) : rest_(path) {}

  bool next() {
    if (rest_.empty()) return false;
    rest_.remove_prefix(1);
    raw_ = rest_.substr(0, rest_.find('/'));
    rest_.remove_prefix(raw_.size());
    return true;
  }

  // The current one, decoded.
  std::string segment() const { return wire::percentDecoded(raw_).value_or(std::string()); }

  bool is(std::string_view text) const {
    return raw_.find('%') == std::string_view::npos ? raw_ == text : segment() == text;
  }

  // What has not been walked over yet: empty, or from a slash on.
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
  std::string_view raw_;
};

}  // namespace ropewalk::http::routes
