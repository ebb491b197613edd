#include "ropewalk/detail/require_callable.h"

#include <stdexcept>
#include <string>
#include <string_view>

namespace ropewalk::detail {

void refuseEmpty(const char* who) {
  const std::string_view function(who);  // g++ appends the template arguments
  throw std::invalid_argument(std::string(function.substr(0, function.find('<'))) +
                              ": the function to call is empty");
}

}  // namespace ropewalk::detail
