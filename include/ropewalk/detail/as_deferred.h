#pragma once

#include <type_traits>
#include <utility>

#include "ropewalk/deferred.h"
#include "ropewalk/detail/call_check.h"
#include "ropewalk/detail/place.h"
#include "ropewalk/detail/require_callable.h"
#include "ropewalk/unique_function.h"

namespace ropewalk::detail {

// Any callable without arguments, to be called once, as one that returns a Deferred: done when what
// `call` returned is done, failed with what it threw. `call` is kept until then. `place` is where a
// failure that nobody handles is said to come from. Throws
// std::invalid_argument, in the name of `who`, if there is nothing to call.
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
