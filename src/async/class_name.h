#pragma once

#include <string>
#include <string_view>
#include <typeinfo>

namespace ropewalk::detail {

// The name of a type without its namespaces, as people write it: "Echo".
std::string className(const std::type_info& type);

// `name` from behind its last "::" on; what stands in template brackets does not count.
std::string_view withoutNamespaces(std::string_view name);

}  // namespace ropewalk::detail
