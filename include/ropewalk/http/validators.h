#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "ropewalk/detail/cxx20.h"

namespace ropewalk::http {

/// The state of a resource as clients name it (RFC 9110 8.8): see Request::conditionsHold().
struct Validators {
  /// The entity tag, without quotes; empty: it has none.
  std::string_view tag = {};

  /// When it was changed; empty: unknown.
  std::optional<std::chrono::sys_seconds> lastModified = {};

  /// False: there is no such resource (yet), and the other two mean nothing.
  bool exists = true;
};

}  // namespace ropewalk::http
