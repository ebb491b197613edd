#pragma once

#include <cstddef>
#include <type_traits>

#include "ropewalk/detail/cxx20.h"

namespace ropewalk::detail {

// What can be kept and called without arguments.
template <class Callable>
concept NullaryCallable = requires(std::decay_t<Callable> call) {
  call();
};

[[noreturn]] void refuseEmpty(const char* who);

// Throws std::invalid_argument, which names `who`, the calling function, if `callable` is a null
// pointer or an empty std::function, UniqueFunction or the like. A closure is never empty.
template <class Callable>
void requireCallable(const Callable& callable, const char* who = __builtin_FUNCTION()) {
  if constexpr (std::is_pointer_v<Callable> || (std::is_constructible_v<Callable, std::nullptr_t> &&
                                                std::is_constructible_v<bool, const Callable&>)) {
    if (!static_cast<bool>(callable)) refuseEmpty(who);
  }
}

}  // namespace ropewalk::detail
