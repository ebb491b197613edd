#include "http/wire/methods.h"

#include <algorithm>
#include <array>

namespace ropewalk::http::wire {
namespace {

// Sorted.
constexpr auto kRegistered = std::to_array<std::string_view>({
    "ACL",
    "BASELINE-CONTROL",
    "BIND",
    "CHECKIN",
    "CHECKOUT",
    "CONNECT",
    "COPY",
    "DELETE",
    "GET",
    "HEAD",
    "LABEL",
    "LINK",
    "LOCK",
    "MERGE",
    "MKACTIVITY",
    "MKCALENDAR",
    "MKCOL",
    "MKREDIRECTREF",
    "MKWORKSPACE",
    "MOVE",
    "OPTIONS",
    "ORDERPATCH",
    "PATCH",
    "POST",
    "PRI",
    "PROPFIND",
    "PROPPATCH",
    "PUT",
    "REBIND",
    "REPORT",
    "SEARCH",
    "TRACE",
    "UNBIND",
    "UNCHECKOUT",
    "UNLINK",
    "UNLOCK",
    "UPDATE",
    "UPDATEREDIRECTREF",
    "VERSION-CONTROL",
});
static_assert(std::ranges::is_sorted(kRegistered));

}  // namespace

bool isRegisteredMethod(std::string_view method) {
  return std::ranges::binary_search(kRegistered, method);
}

}  // namespace ropewalk::http::wire
