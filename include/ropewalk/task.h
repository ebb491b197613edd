#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include "ropewalk/deferred.h"
#include "ropewalk/detail/detached.h"
#include "ropewalk/detail/place.h"
#include "ropewalk/detail/require_callable.h"
#include "ropewalk/detail/scope.h"
#include "ropewalk/reactor_time.h"
#include "ropewalk/unique_function.h"

namespace ropewalk {

/// Fires when `time` has passed on `clock`, never from inside this call. Cancelling removes the
/// timer.
///
/// Throws NegativeDelay if `time` is negative. `clock` must outlive the wait.
Deferred<void> sleep(Duration time, ReactorTime& clock,
                     detail::Place place = detail::Place::current());

/// The same on reactor().
///
///   co_await sleep(250ms);
Deferred<void> sleep(Duration time, detail::Place place = detail::Place::current());

/// A number has no unit: write `sleep(1s)`. Without these, sleep(1) would stop the whole thread.
Deferred<void> sleep(int) = delete;
Deferred<void> sleep(unsigned) = delete;
Deferred<void> sleep(long) = delete;
Deferred<void> sleep(double) = delete;

/// Calls `call` when `time` has passed on `clock`, and fires with its result. If it is cancelled
/// before that, `call` is never called.
///
/// g++ 12 destroys a closure with captures twice if it is made inside a `co_await` expression; name
/// it first:
///
///   co_await deferLater(reactor(), 1s, [name] { return greeting(name); });  // wrong with g++ 12
///
///   auto greet = [name] { return greeting(name); };
///   co_await deferLater(reactor(), 1s, std::move(greet));
template <class F>
Deferred<detail::CallbackResult<std::decay_t<F>, void>> deferLater(
    ReactorTime& clock, Duration time, F&& call, detail::Place place = detail::Place::current()) {
  detail::requireCallable<std::decay_t<F>>(call);
  return sleep(time, clock, place).addCallback(std::forward<F>(call), place);
}

/// Calls `call` now, and keeps it until the Deferred that it returns is done: starts a coroutine
/// that runs on its own. A failure is logged.
///
///   spawn([name]() -> Deferred<void> { co_await lookup(name); });
///   spawn([]() -> Deferred<void> { for (;;) { co_await sleep(1s); tick(); } });  // every second
///
/// It has no owner: an endless loop runs until an exception leaves it or its reactor stops. Use
/// Protocol::spawn() for a coroutine that must end with its connection.
///
/// A coroutine should take its arguments by value: a `const std::string&` may dangle after the
/// first `co_await`, because the caller's temporary is destroyed by then. The captures of the
/// closure given to spawn() are kept with it.
///
/// Errors: an exception from a `call` that returns no Deferred reaches the caller.
template <class F>
void spawn(F&& call) {
  const detail::Scope::Enter nobodys(nullptr);
  detail::detached(std::forward<F>(call))();
}

namespace detail {

int runUntilDone(UniqueFunction<Deferred<int>()> main);

}  // namespace detail

/// Runs reactor() until the work that `main` starts is done: for a program with a single task.
///
///   Deferred<int> fetch() { ...; co_return 0; }
///   int main() { return react(fetch); }
///
/// `main` is called once the reactor runs, and kept until the end. Returns the exit code: the int
/// that it gives, 0 if it is a Deferred<void>, and 1 for a failure, which is logged. If other code
/// stops the reactor first, `main` is cancelled; this then returns 0, unless `main` handles that
/// and gives another result.
template <class F>
int react(F&& main) {
  using Main = std::decay_t<F>;
  detail::requireCallable<Main>(main);
  return detail::runUntilDone([main = Main(std::forward<F>(main))]() mutable {
    using Code = detail::CallbackResult<Main, void>;
    static_assert(std::is_void_v<Code> || std::convertible_to<Code, int>,
                  "react() takes a function that returns nothing or the exit code, or a Deferred "
                  "of that");
    auto done = succeed().addCallback(std::move(main));
    if constexpr (std::is_void_v<Code>) {
      return std::move(done).addCallback([] { return 0; });
    } else {
      return std::move(done).addCallback([](Code code) { return static_cast<int>(code); });
    }
  });
}

}  // namespace ropewalk
