#pragma once

#include <type_traits>
#include <utility>

#include "ropewalk/deferred.h"
#include "ropewalk/detail/call_check.h"
#include "ropewalk/unique_function.h"

namespace ropewalk::detail {

// Any callable without arguments, to be called once, as one that returns a Deferred: done when what
// `call` returned is done, failed with what it threw. `call` is kept until then.
template <typename Callable>
UniqueFunction<Deferred<void>()> asDeferred(Callable&& call) {
  if constexpr (!CallCheck<std::decay_t<Callable>>::kPassed) {
    return nullptr;
  } else {
    return [kept = std::decay_t<Callable>(std::forward<Callable>(call))]() mutable {
      return succeed().addCallback(std::move(kept)).addCallback([] {});
    };
  }
}

}  // namespace ropewalk::detail
