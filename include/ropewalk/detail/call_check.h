#pragma once

#include <type_traits>

#include "ropewalk/deferred.h"

namespace ropewalk::detail {

// Says in one sentence why a `Callable` cannot be called without arguments. Code that uses kPassed
// compiles nothing further unless it is true, so that this sentence is the first error, and the
// last.
template <class Callable>
struct CallCheck {
  static constexpr bool kPassed = std::is_invocable_v<Callable&>;

  static_assert(!kIsDeferred<Callable>,
                "a Deferred has begun already; give the function that makes it: "
                "spawn([name] { return lookup(name); })");
  static_assert(kPassed || kIsDeferred<Callable>,
                "what is called here gets no arguments; capture them: "
                "callLater(1s, [name] { greet(name); })");
};

}  // namespace ropewalk::detail
