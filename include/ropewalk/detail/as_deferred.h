#pragma once

#include <type_traits>
#include <utility>

#include "ropewalk/deferred.h"
#include "ropewalk/detail/call_check.h"
#include "ropewalk/detail/place.h"
#include "ropewalk/detail/require_callable.h"
#include "ropewalk/unique_function.h"

namespace ropewalk::detail {

// Wraps `call`, a callable without arguments that is called once, into one that returns a Deferred:
// done when the result of `call` is done, failed with the exception that `call` threw. `call` is
// kept until then. `place` is logged with an unhandled failure. Throws std::invalid_argument, which
// names the function `who`, if `call` is empty.
template <typename Callable>
UniqueFunction<Deferred<void>()> asDeferred(Callable&& call, Place place = Place::current(),
                                            const char* who = __builtin_FUNCTION()) {
  requireCallable<std::decay_t<Callable>>(call, who);
  if constexpr (!CallCheck<std::decay_t<Callable>>::kPassed) {
    return nullptr;
  } else {
    return [kept = std::decay_t<Callable>(std::forward<Callable>(call)), place]() mutable {
      return succeed(place).addCallback(std::move(kept), place).addCallback([] {}, place);
    };
  }
}

}  // namespace ropewalk::detail
