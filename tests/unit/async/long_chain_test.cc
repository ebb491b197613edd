// Chains of 100 000 Deferreds and a million awaits: on a thread with a small stack, so that any
// recursion shows.

#include <doctest/doctest.h>

#include <memory>
#include <utility>

#include "ropewalk/deferred.h"
#include "ropewalk/detail/scope.h"
#include "support/small_stack.h"

using namespace ropewalk;
using test::onSmallStack;

namespace {

constexpr int kLinks = 100'000;
constexpr int kAwaits = 1'000'000;

Deferred<int> plusOne(Deferred<int> inner) { co_return co_await std::move(inner) + 1; }

Deferred<int> callbacks(Deferred<int> deferred) {
  for (int i = 0; i < kLinks; ++i) {
    deferred = std::move(deferred).addCallback([](int n) { return n + 1; });
  }
  return deferred;
}

Deferred<int> coroutines(Deferred<int> deferred) {
  for (int i = 0; i < kLinks; ++i) deferred = plusOne(std::move(deferred));
  return deferred;
}

// Each waits for the one that its callback returned.
Deferred<int> nested(Deferred<int> deferred) {
  for (int i = 0; i < kLinks; ++i) {
    deferred = succeed().addCallback([inner = std::move(deferred)]() mutable {
      return std::move(inner).addCallback([](int n) { return n + 1; });
    });
  }
  return deferred;
}

using Chain = Deferred<int> (*)(Deferred<int>);
constexpr Chain kChains[] = {callbacks, coroutines, nested};

int valueOf(Deferred<int> deferred) {
  int value = -1;
  std::move(deferred).addCallback([&](int n) { value = n; });
  return value;
}

}  // namespace

TEST_CASE("a chain of 100 000 links fires on a bounded stack [DF4]") {
  for (const Chain chain : kChains) {
    onSmallStack([chain] {
      Promise<int> promise;
      Deferred<int> end = chain(promise.deferred());
      promise.callback(0);
      CHECK(valueOf(std::move(end)) == kLinks);
    });
  }
}

TEST_CASE("a chain of 100 000 links is cancelled on a bounded stack [DF8]") {
  for (const Chain chain : kChains) {
    onSmallStack([chain] {
      Promise<int> promise;
      Deferred<int> end = chain(promise.deferred());
      end.cancel();
      CHECK(end.hasResult());
      CHECK(promise.hasFired());
    });
  }
}

TEST_CASE("a chain of 100 000 links is let go on a bounded stack") {
  for (const Chain chain : kChains) {
    onSmallStack([chain] {
      auto promise = std::make_unique<Promise<int>>();
      { const Deferred<int> dropped = chain(promise->deferred()); }
      promise.reset();
    });
  }
}

TEST_CASE("a chain of 100 000 links whose value is there is built on a bounded stack [DF3]") {
  for (const Chain chain : kChains) {
    onSmallStack([chain] { CHECK(valueOf(chain(succeed(0))) == kLinks); });
  }
}

TEST_CASE("a closed scope ends 100 000 coroutines on a bounded stack") {
  onSmallStack([] {
    const detail::Ref<detail::Scope> scope(new detail::Scope);
    Promise<int> promise;
    Deferred<int> end;
    {
      const detail::Scope::Enter entered(scope.get());
      end = coroutines(promise.deferred());
    }
    scope->close();
    CHECK(end.hasResult());
  });
}

TEST_CASE("a million awaits of what is there use a bounded stack") {
  onSmallStack([] {
    const auto counts = []() -> Deferred<int> {
      int total = 0;
      for (int i = 0; i < kAwaits; ++i) total += co_await succeed(1);
      co_return total;
    };
    CHECK(valueOf(counts()) == kAwaits);
  });
}

TEST_CASE("a million awaits of what comes later use a bounded stack") {
  onSmallStack([] {
    Promise<int> next;
    const auto counts = [&next]() -> Deferred<int> {
      int total = 0;
      for (int i = 0; i < kAwaits; ++i) {
        next = Promise<int>();
        total += co_await next.deferred();
      }
      co_return total;
    };
    auto done = counts();
    while (!done.hasResult()) {
      Promise<int> current = std::move(next);
      current.callback(1);
    }
    CHECK(valueOf(std::move(done)) == kAwaits);
  });
}

TEST_CASE("two coroutines that wake each other a million times use a bounded stack") {
  onSmallStack([] {
    Promise<void> toPing;
    Promise<void> toPong;
    int turns = 0;
    const auto plays = [&](Promise<void>& mine, Promise<void>& other) -> Deferred<void> {
      while (turns < kAwaits) {
        mine = Promise<void>();
        auto ball = mine.deferred();
        co_await std::move(ball);
        if (++turns == kAwaits) break;
        Promise<void> partner = std::move(other);
        partner.callback();
      }
    };
    const auto ping = plays(toPing, toPong);
    const auto pong = plays(toPong, toPing);
    Promise<void> first = std::move(toPing);
    first.callback();
    CHECK(turns == kAwaits);
  });
}
