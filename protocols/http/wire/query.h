#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ropewalk::http::wire {

using Parameters = std::vector<std::pair<std::string, std::string>>;

// The parameters of a query, `a=1&b=2`, decoded once and in order: `+` is a space, a name without
// `=` has an empty value, empty pieces are left out, and a `%` that starts no escape stays as it
// is.
Parameters parseQuery(std::string_view query);

}  // namespace ropewalk::http::wire
