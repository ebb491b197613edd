#include "async/class_name.h"

#include <cxxabi.h>

#include <cstddef>
#include <cstdlib>
#include <memory>

namespace ropewalk::detail {

std::string className(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> name(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), std::free);
  return std::string(withoutNamespaces(name ? name.get() : type.name()));
}

std::string_view withoutNamespaces(std::string_view name) {
  const std::size_t last = name.substr(0, name.find('<')).rfind("::");
  return last == std::string_view::npos ? name : name.substr(last + 2);
}

}  // namespace ropewalk::detail
