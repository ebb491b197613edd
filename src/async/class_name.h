#pragma once

#include <string>
#include <string_view>
#include <typeinfo>

namespace ropewalk::detail {

// The name of a type without its namespaces: "Echo".
std::string className(const std::type_info& type);

// The part of `name` after its last "::" that is not inside template brackets.
std::string_view withoutNamespaces(std::string_view name);

}  // namespace ropewalk::detail
