// 100 000 promises, each fired, cancelled or dropped by the callback of the one before: on a thread
// with a small stack, so that any recursion shows.

#include <doctest/doctest.h>

#include <deque>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "ropewalk/deferred.h"
#include "ropewalk/detail/scope.h"
#include "ropewalk/gather_results.h"
#include "ropewalk/sim/clock.h"
#include "support/captured_log.h"
#include "support/small_stack.h"

using namespace ropewalk;
using test::onSmallStack;

namespace {

constexpr int kDeep = 100'000;

// Hands out Deferred<void>s, of which one after the other is fired.
class Row {
 public:
  Deferred<void> join() {
    waiting_.emplace_back();
    return waiting_.back().deferred();
  }

  template <class Fire>
  void next(Fire fire) {
    if (waiting_.empty()) return;
    Promise<void> promise = std::move(waiting_.front());
    waiting_.pop_front();
    fire(promise);
  }

 private:
  std::deque<Promise<void>> waiting_;
};

// Lets kDeep callbacks run, each of which calls `fire` with the promise of the next.
template <class Fire>
int ranInARow(Fire fire) {
  Row row;
  int ran = 0;
  for (int i = 0; i < kDeep; ++i) {
    row.join().addBoth([&](const Result<void>&) {
      ++ran;
      row.next(fire);
    });
  }
  row.next(fire);
  return ran;
}

Failure broken() { return Failure::of(std::runtime_error("broken")); }

Deferred<void> firesNext(Row& row, Deferred<void> turn, int& ran) {
  co_await std::move(turn);
  ++ran;
  row.next([](Promise<void>& promise) { promise.callback(); });
}

// Destroyed together with what it holds.
struct Node {
  Deferred<std::unique_ptr<Node>> next;
};

}  // namespace

TEST_CASE("a promise fires the next one in its callback, 100 000 deep, on a bounded stack [DF1]") {
  onSmallStack(
      [] { CHECK(ranInARow([](Promise<void>& promise) { promise.callback(); }) == kDeep); });
}

TEST_CASE("a promise fails the next one in its errback, 100 000 deep, on a bounded stack [DF1]") {
  onSmallStack(
      [] { CHECK(ranInARow([](Promise<void>& promise) { promise.errback(broken()); }) == kDeep); });
}

TEST_CASE("a promise drops the next one in its errback, 100 000 deep, on a bounded stack") {
  onSmallStack([] {
    CHECK(ranInARow([](Promise<void>& promise) { const Promise<void> end = std::move(promise); }) ==
          kDeep);
  });
}

TEST_CASE("an errback cancels the next Deferred, 100 000 deep, on a bounded stack [DF6]") {
  onSmallStack([] {
    std::vector<Promise<void>> promises(kDeep);
    std::vector<Deferred<void>> tails(kDeep);
    int ran = 0;
    for (int i = 0; i < kDeep; ++i) {
      const auto index = static_cast<std::size_t>(i);
      tails[index] = promises[index].deferred().addErrback([&, index](const Failure&) {
        ++ran;
        if (index + 1 < tails.size()) tails[index + 1].cancel();
      });
    }
    tails.front().cancel();
    CHECK(ran == kDeep);
  });
}

TEST_CASE("a callback throws after it has fired the next one, 100 000 deep, on a bounded stack") {
  onSmallStack([] {
    Row row;
    int caught = 0;
    const auto fire = [](Promise<void>& promise) { promise.callback(); };
    for (int i = 0; i < kDeep; ++i) {
      row.join()
          .addCallback([&]() -> void {
            row.next(fire);
            throw std::runtime_error("broken");
          })
          .addErrback([&](const Failure&) { ++caught; });
    }
    row.next(fire);
    CHECK(caught == kDeep);
  });
}

TEST_CASE("a coroutine fires the promise of the next, 100 000 deep, on a bounded stack [DF15]") {
  onSmallStack([] {
    Row row;
    int ran = 0;
    std::vector<Deferred<void>> all;
    for (int i = 0; i < kDeep; ++i) all.push_back(firesNext(row, row.join(), ran));
    row.next([](Promise<void>& promise) { promise.callback(); });
    CHECK(ran == kDeep);
  });
}

TEST_CASE("a callback returns a Deferred that the next callback fires, 100 000 deep [DF4]") {
  onSmallStack([] {
    std::vector<Promise<void>> starts(kDeep);
    std::vector<Promise<void>> inners(kDeep);
    int done = 0;
    for (int i = 0; i < kDeep; ++i) {
      const auto index = static_cast<std::size_t>(i);
      starts[index]
          .deferred()
          .addCallback([&, index] {
            if (index + 1 < starts.size()) starts[index + 1].callback();
            inners[index].callback();
            return inners[index].deferred();
          })
          .addCallback([&] { ++done; });
    }
    starts.front().callback();
    CHECK(done == kDeep);
  });
}

TEST_CASE("a timeout's errback cancels the next timeout, 100 000 deep, on a bounded stack [DF10]") {
  onSmallStack([] {
    sim::Clock clock;
    std::vector<Promise<void>> promises(kDeep);
    std::vector<Deferred<void>> tails(kDeep);
    int ran = 0;
    for (int i = 0; i < kDeep; ++i) {
      const auto index = static_cast<std::size_t>(i);
      tails[index] = promises[index]
                         .deferred()
                         .addTimeout(index == 0 ? 1s : 2s, clock)
                         .addErrback([&, index](const Failure&) {
                           ++ran;
                           if (index + 1 < tails.size()) tails[index + 1].cancel();
                         });
    }
    clock.advance(1s);
    CHECK(ran == kDeep);
  });
}

TEST_CASE("cancellers that hold the next Deferred, 100 000 deep, are destroyed one by one") {
  onSmallStack([] {
    Promise<void> innermost;
    Deferred<void> held = innermost.deferred();
    Promise<void> promise;
    for (int i = 0; i < kDeep; ++i) {
      promise = Promise<void>();
      promise.onCancel([inner = std::move(held)]() mutable { inner.cancel(); });
      held = promise.deferred();
    }
  });
}

TEST_CASE("closures that hold the next Promise, 100 000 deep, are destroyed one by one") {
  onSmallStack([] {
    int ended = 0;
    Promise<void> first;
    for (int i = 0; i < kDeep; ++i) {
      Promise<void> next;
      next.deferred().addBoth([&ended, held = std::move(first)](const Result<void>&) { ++ended; });
      first = std::move(next);
    }
    { const Promise<void> dropped = std::move(first); }
    CHECK(ended == kDeep);
  });
}

TEST_CASE("values that hold the next Deferred, 100 000 deep, are destroyed one by one") {
  onSmallStack([] {
    auto list = std::make_unique<Node>();
    for (int i = 0; i < kDeep; ++i) {
      auto longer = std::make_unique<Node>();
      longer->next = succeed(std::move(list));
      list = std::move(longer);
    }
  });
}

TEST_CASE("gathered results of gathered results, 100 000 deep, are dropped one by one [DF11]") {
  onSmallStack([] {
    Promise<void> innermost;
    Deferred<void> all = innermost.deferred();
    for (int i = 0; i < kDeep; ++i) {
      std::vector<Deferred<void>> parts;
      parts.push_back(std::move(all));
      all = gatherResults(std::move(parts));
    }
    innermost.callback();
    CHECK(all.hasResult());
  });
}
