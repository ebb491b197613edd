#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "ropewalk/deferred.h"
#include "ropewalk/sim/clock.h"
#include "support/aborts.h"
#include "support/captured_log.h"
#include "support/story.h"

using namespace ropewalk;
using test::Story;

namespace {

Deferred<int> sum(Deferred<int> a, Deferred<int> b) {
  const int first = co_await std::move(a);
  const int second = co_await std::move(b);
  co_return first + second;
}

Deferred<int> throwsAtOnce() {
  throw std::runtime_error("at once");
  co_return 0;
}

// Says what happens to it while it waits.
Deferred<int> waits(Story& story, Deferred<int> awaited) {
  try {
    const int value = co_await std::move(awaited);
    story.add("got " + std::to_string(value));
    co_return value;
  } catch (const Error& error) {
    story.add(std::string("caught ") + error.what());
    throw;
  }
}

// Catches the first cancellation and waits for something else.
Deferred<int> stubborn(Deferred<int> first, Deferred<int> second) {
  bool wasCancelled = false;
  try {
    co_await std::move(first);
  } catch (const CancelledError&) {
    wasCancelled = true;
  }
  const int value = co_await std::move(second);
  co_return wasCancelled ? value + 1000 : value;
}

std::string outcome(Deferred<int> deferred) {
  if (!deferred.hasResult()) return "nothing yet";
  std::string text;
  std::move(deferred).addCallbacks([&](int value) { text = std::to_string(value); },
                                   [&](const Failure& why) { text = why.what(); });
  return text;
}

}  // namespace

TEST_CASE("a coroutine starts at once and goes on when what it awaits is there [DF15]") {
  Promise<int> a;
  Promise<int> b;
  auto total = sum(a.deferred(), b.deferred());
  b.callback(2);
  CHECK_FALSE(total.hasResult());
  a.callback(1);
  CHECK(outcome(std::move(total)) == "3");
}

TEST_CASE("a coroutine that never has to wait is done when the call returns [DF15]") {
  CHECK(outcome(sum(succeed(3), succeed(4))) == "7");
  CHECK(outcome(throwsAtOnce()) == "at once");
}

TEST_CASE("exceptions propagate from what is awaited to who awaits [DF15]") {
  Story story;
  Promise<int> promise;
  auto outer = waits(story, sum(promise.deferred(), throwsAtOnce()));
  promise.callback(1);
  CHECK(outcome(std::move(outer)) == "at once");
  Promise<int> other;
  auto failing = waits(story, other.deferred());
  other.errback(Failure::connectionDone());
  CHECK(story.text() == "caught Connection was closed cleanly.");
  CHECK(outcome(std::move(failing)) == "Connection was closed cleanly.");
}

TEST_CASE("cancelling a coroutine cancels what it awaits and raises there [DF15]") {
  Story story;
  Promise<int> promise;
  promise.onCancel([&] { story.add("stop"); });
  auto waiting = waits(story, promise.deferred());
  waiting.cancel();
  CHECK(story.text() == "stop, caught cancelled");
  CHECK(outcome(std::move(waiting)) == "cancelled");
}

TEST_CASE("cancelling reaches through coroutines that await coroutines [DF15] [DF8]") {
  Story story;
  Promise<int> promise;
  auto outer = waits(story, sum(waits(story, promise.deferred()), succeed(1)));
  outer.cancel();
  CHECK(story.text() == "caught cancelled, caught cancelled");
  CHECK(promise.hasFired());
}

TEST_CASE("a coroutine that catches its cancellation goes on [DF15]") {
  Promise<int> first;
  Promise<int> second;
  auto deferred = stubborn(first.deferred(), second.deferred());
  deferred.cancel();
  CHECK_FALSE(deferred.hasResult());
  second.callback(5);
  CHECK(outcome(std::move(deferred)) == "1005");
}

TEST_CASE("a coroutine can be cancelled again after it has caught that once [DF15]") {
  Promise<int> first;
  Promise<int> second;
  auto deferred = stubborn(first.deferred(), second.deferred());
  deferred.cancel();
  deferred.cancel();
  CHECK(outcome(std::move(deferred)) == "cancelled");
}

TEST_CASE("what a canceller fires reaches the coroutine as if nothing were cancelled [DF7]") {
  Story story;
  Promise<int> promise;
  promise.onCancel([&] { promise.callback(9); });
  auto waiting = waits(story, promise.deferred());
  waiting.cancel();
  CHECK(story.text() == "got 9");
}

TEST_CASE("a coroutine that is cancelled while it runs sees its next await raise, once [DF15]") {
  Story story;
  Promise<int> promise;
  Promise<int> refused;
  Deferred<int> self;
  const auto cancelsItself = [&](Deferred<int> first) -> Deferred<int> {
    co_await std::move(first);
    self.cancel();
    try {
      co_await refused.deferred();
    } catch (const CancelledError&) {
      story.add("caught");
    }
    co_return co_await succeed(5);
  };
  self = cancelsItself(promise.deferred());
  promise.callback(1);
  CHECK(story.text() == "caught");
  CHECK(refused.hasFired());  // cancelled as well
  CHECK(outcome(std::move(self)) == "5");
}

TEST_CASE("a timeout raises at the await and becomes DeferredTimeoutError outside [DF10] [DF15]") {
  Story story;
  sim::Clock clock;
  Promise<int> promise;
  auto waiting = waits(story, promise.deferred()).addTimeout(5s, clock);
  clock.advance(5s);
  CHECK(story.text() == "caught cancelled");
  CHECK(outcome(std::move(waiting)) == "timed out after 5 s");
}

TEST_CASE("a coroutine whose promise is dropped is told so") {
  Story story;
  auto promise = std::make_unique<Promise<int>>();
  const auto waiting =
      waits(story, promise->deferred()).addErrback([](const Failure&) { return 0; });
  promise.reset();
  CHECK(story.text() == "caught the Promise was dropped before it was fired");
}

TEST_CASE("a coroutine goes on when nobody keeps its Deferred") {
  Story story;
  Promise<int> promise;
  (void)waits(story, promise.deferred());
  promise.callback(4);
  CHECK(story.text() == "got 4");
}

TEST_CASE("a coroutine's locals and parameters are gone before its Deferred fires") {
  auto parameter = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = parameter;
  const auto holds = [](std::shared_ptr<int> held, Deferred<int> awaited) -> Deferred<int> {
    co_return co_await std::move(awaited) + *held;
  };
  Promise<int> promise;
  bool wasGone = false;
  holds(std::move(parameter), promise.deferred()).addCallback([&](int) {
    wasGone = watched.expired();
  });
  CHECK_FALSE(watched.expired());
  promise.callback(1);
  CHECK(wasGone);
}

TEST_CASE("coroutines are resumed one after the other, in the order in which they could go on") {
  Story story;
  std::vector<Promise<int>> promises(3);
  const auto member = [&](int number) -> Deferred<void> {
    const int value = co_await promises[static_cast<std::size_t>(number)].deferred();
    story.add(std::to_string(number) + " begins");
    if (number == 0) {
      promises[2].callback(value);
      promises[1].callback(value);
    }
    story.add(std::to_string(number) + " ends");
  };
  const auto one = member(0);
  const auto two = member(1);
  const auto three = member(2);
  promises[0].callback(1);
  CHECK(story.text() == "0 begins, 0 ends, 2 begins, 2 ends, 1 begins, 1 ends");
}

TEST_CASE("a callback and a coroutine mix in one chain") {
  Promise<int> promise;
  auto deferred = promise.deferred()
                      .addCallback([](int n) -> Deferred<std::string> {
                        const int more = co_await succeed(n + 1);
                        co_return std::to_string(more);
                      })
                      .addCallback([](const std::string& text) -> Deferred<int> {
                        co_return co_await succeed(static_cast<int>(text.size()));
                      });
  promise.callback(99);
  CHECK(outcome(std::move(deferred)) == "3");
}

TEST_CASE("one expression may await several calls") {
  Promise<int> promise;
  const auto adds = [&]() -> Deferred<int> {
    co_return co_await promise.deferred() + co_await sum(succeed(1), succeed(2)) * 10;
  };
  auto total = adds();
  promise.callback(4);
  CHECK(outcome(std::move(total)) == "34");
}

TEST_CASE("values that can only be moved come out of an await") {
  const auto unwraps = [](Deferred<std::unique_ptr<int>> owned) -> Deferred<int> {
    const std::unique_ptr<int> value = co_await std::move(owned);
    co_return *value;
  };
  CHECK(outcome(unwraps(succeed(std::make_unique<int>(6)))) == "6");
}

#ifndef __clang__  // it warns, and its optimizer relies on what C++ leaves undefined
namespace {

Deferred<int> forgets(Deferred<bool> awaited) {
  const bool remembers = co_await std::move(awaited);
  if (remembers) co_return 1;
}

}  // namespace

TEST_CASE("a coroutine that ends without co_return fails with a text that says so") {
  const std::string text = "ended without co_return";
  CHECK(outcome(forgets(succeed(true))) == "1");
  CHECK(outcome(forgets(succeed(false))).ends_with(text));
  Promise<bool> promise;
  auto later = forgets(promise.deferred());
  promise.callback(false);
  const std::string told = outcome(std::move(later));
  CHECK(told.find("coroutine_test.cc:") != std::string::npos);
  CHECK(told.ends_with(text));
}
#endif

static_assert(std::is_trivially_destructible_v<detail::DeferredAwaiter<int>>);

#ifndef NDEBUG
TEST_CASE("a coroutine that is not where its promise says aborts before it is suspended") {
  // g++ 12 lays out the frame of some coroutines so.
  detail::CoroutinePromise<void> displaced;
  Promise<int> promise;
  Deferred<int> awaited = promise.deferred();
  auto awaiter = displaced.await_transform(std::move(awaited));
  CHECK(test::aborts([&] { awaiter.await_suspend(std::noop_coroutine()); }));
}
#endif
