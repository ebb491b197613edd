#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include "ropewalk/deferred.h"
#include "ropewalk/detail/call_check.h"
#include "ropewalk/detail/require_callable.h"
#include "ropewalk/unique_function.h"

namespace ropewalk::detail {

// Wraps a callable without arguments whose result is not awaited. If it returns a Deferred (is a
// coroutine), the callable is kept until that is done, and a failure is logged with the place where
// that Deferred was made. Its own exceptions reach the caller. Throws std::invalid_argument, which
// names the function `who`, if `callable` is empty.
template <class F>
UniqueFunction<void()> detached(F&& callable, const char* who = __builtin_FUNCTION()) {
  using Callable = std::decay_t<F>;
  requireCallable<Callable>(callable, who);
  if constexpr (!CallCheck<Callable>::kPassed) {
    return nullptr;
  } else if constexpr (kIsDeferred<std::decay_t<std::invoke_result_t<Callable&>>>) {
    return [kept = std::make_unique<Callable>(std::forward<F>(callable))]() mutable {
      auto deferred = (*kept)();
      const Place place = DeferredAccess::peek(deferred)->place();
      std::move(deferred).addBoth([kept = std::move(kept)] {}, place);
    };
  } else {
    return UniqueFunction<void()>(std::forward<F>(callable));
  }
}

}  // namespace ropewalk::detail
