#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "ropewalk/deferred.h"
#include "support/captured_log.h"
#include "support/story.h"

using namespace ropewalk;
using test::Story;

namespace {

Deferred<void> told(Story& story, Deferred<int> deferred) {
  return std::move(deferred).addCallbacks(
      [&story](int value) { story.add(std::to_string(value)); },
      [&story](const Failure& why) { story.add(std::string(why.what())); });
}

}  // namespace

TEST_CASE("cancelling fails with CancelledError; the first late firing is swallowed [DF6]") {
  Promise<int> promise;
  Deferred<int> deferred = promise.deferred();
  deferred.cancel();
  bool wasCancelled = false;
  std::move(deferred).addCallbacks(
      [](int) {}, [&](const Failure& why) { wasCancelled = why.check<CancelledError>(); });
  CHECK(wasCancelled);
  CHECK(promise.hasFired());
  CHECK_NOTHROW(promise.callback(1));
  CHECK_THROWS_AS(promise.callback(2), AlreadyCalledError);
}

TEST_CASE("a late failure is swallowed as well as a late value [DF6]") {
  Promise<int> promise;
  promise.deferred().cancel();
  CHECK_NOTHROW(promise.errback(Failure::connectionDone()));
  CHECK_THROWS_AS(promise.errback(Failure::connectionDone()), AlreadyCalledError);
}

TEST_CASE("a canceller runs once and may fire the Deferred itself [DF7]") {
  Story story;
  Promise<int> promise;
  promise.onCancel([&] {
    story.add("stop");
    promise.callback(5);
  });
  auto deferred = told(story, promise.deferred());
  deferred.cancel();
  deferred.cancel();
  CHECK(story.text() == "stop, 5");
}

TEST_CASE(
    "a canceller that does nothing leaves it at CancelledError, and no firing is late [DF7]") {
  Story story;
  Promise<int> promise;
  promise.onCancel([&] { story.add("stop"); });
  told(story, promise.deferred()).cancel();
  CHECK(story.text() == "stop, cancelled");
  CHECK_THROWS_AS(promise.callback(1), AlreadyCalledError);
}

TEST_CASE("what a canceller throws becomes the failure [DF7]") {
  Story story;
  Promise<int> promise;
  promise.onCancel([] { throw std::runtime_error("cannot stop"); });
  told(story, promise.deferred()).cancel();
  CHECK(story.text() == "cannot stop");
}

TEST_CASE("a canceller that throws after it fired is logged [DF7]") {
  const test::CapturedLog log;
  Story story;
  Promise<int> promise;
  promise.onCancel([&] {
    promise.callback(1);
    throw std::runtime_error("too late");
  });
  told(story, promise.deferred()).cancel();
  CHECK(story.text() == "1");
  CHECK(log.has("too late"));
}

TEST_CASE("a canceller may drop the promise: that is cancelled, not abandoned [DF7]") {
  Story story;
  auto promise = std::make_unique<Promise<int>>();
  auto deferred = told(story, promise->deferred());
  promise->onCancel([&] { promise.reset(); });
  deferred.cancel();
  CHECK(story.text() == "cancelled");
}

TEST_CASE("a canceller and what it holds are gone once the promise has fired") {
  auto marker = std::make_shared<int>(0);
  const std::weak_ptr<int> held = marker;
  Promise<int> promise;
  promise.onCancel([marker = std::move(marker)] {});
  bool wasGone = false;
  promise.deferred().addCallback([&](int) { wasGone = held.expired(); });
  promise.callback(1);
  CHECK(wasGone);
}

TEST_CASE("cancelling the end of a chain cancels its beginning [DF6]") {
  Story story;
  Promise<int> promise;
  promise.onCancel([&] { story.add("stop"); });
  auto end = told(story, promise.deferred().addCallback([](int n) {
               return n + 1;
             })).addCallback([&] { story.add("end"); });
  end.cancel();
  CHECK(story.text() == "stop, cancelled, end");
}

TEST_CASE("cancelling while an inner Deferred is waited for cancels the inner one [DF8]") {
  Story story;
  Promise<int> outer;
  outer.onCancel([&] { story.add("outer"); });
  Promise<int> inner;
  inner.onCancel([&] { story.add("inner"); });
  auto end = told(story, outer.deferred().addCallback([&](int) { return inner.deferred(); }));
  outer.callback(1);
  end.cancel();
  CHECK(story.text() == "inner, cancelled");
  CHECK(inner.hasFired());
}

TEST_CASE("cancelling what has its result does nothing [DF9]") {
  Story story;
  Promise<int> promise;
  promise.onCancel([&] { story.add("never"); });
  Deferred<int> deferred = promise.deferred();
  promise.callback(1);
  deferred.cancel();
  told(story, std::move(deferred)).cancel();
  CHECK(story.text() == "1");
  CHECK_THROWS_AS(promise.callback(2), AlreadyCalledError);  // nothing was late
}

TEST_CASE("cancelling a chain from inside its own callback does nothing [DF9]") {
  Story story;
  Promise<int> promise;
  promise.onCancel([&] { story.add("never"); });
  Deferred<int> tail;
  tail = promise.deferred().addCallback([&](int n) {
    tail.cancel();
    return n;
  });
  promise.callback(1);
  const auto end = told(story, std::move(tail));
  CHECK(story.text() == "1");
}
