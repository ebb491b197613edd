#include "ropewalk/deferred.h"

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "support/captured_log.h"
#include "support/story.h"

using namespace ropewalk;
using test::Story;

namespace {

// Adds what a Deferred of a number comes to.
void tell(Story& story, Deferred<int> deferred) {
  std::move(deferred).addCallbacks(
      [&story](int value) { story.add(std::to_string(value)); },
      [&story](const Failure& why) { story.add("failed: " + std::string(why.what())); });
}

Failure broken() { return Failure::of(std::runtime_error("broken")); }

}  // namespace

TEST_CASE("callbacks run in order, each with what the one before made of it [DF1]") {
  Story story;
  Promise<int> promise;
  promise.deferred()
      .addCallback([&](int n) {
        story.add(std::to_string(n));
        return n + 1;
      })
      .addCallback([&](int n) -> int {
        story.add(std::to_string(n));
        throw std::domain_error("division by zero");
      })
      .addCallback([&](int) {
        story.add("never");
        return 0;
      })
      .addErrback([&](const Failure& why) {
        story.add(std::string(why.what()));
        return 42;
      })
      .addErrback([&](const Failure&) {
        story.add("never");
        return 0;
      })
      .addCallback([&](int n) { story.add("ok " + std::to_string(n)); });
  CHECK(story.text() == "");
  promise.callback(1);
  CHECK(story.text() == "1, 2, division by zero, ok 42");
}

TEST_CASE("a callback gets the value itself: moved, shared or nothing of it [DF1]") {
  std::string seen;
  succeed(std::make_unique<int>(5))
      .addCallback([](std::unique_ptr<int> owned) { return std::to_string(*owned); })
      .addCallback([](const std::string& text) { return text + "!"; })
      .addCallback([](std::string& text) { return std::move(text); })
      .addCallback([&](auto&& text) { seen = text; })
      .addCallback([&] { seen += "?"; });
  CHECK(seen == "5!?");
}

TEST_CASE("an errback is passed by a value, a callback by a failure [DF1]") {
  Story story;
  succeed(1).addErrback([](const Failure&) { return 2; }).addCallback([&](int n) {
    story.add(std::to_string(n));
  });
  fail<int>(broken())
      .addCallback([](int) { return std::string("never"); })
      .addErrback([&](const Failure& why) {
        story.add(std::string(why.what()));
        return std::string("mended");
      })
      .addCallback([&](const std::string& text) { story.add(text); });
  CHECK(story.text() == "1, broken, mended");
}

TEST_CASE("addCallbacks calls one of the two; the errback never sees what the callback throws") {
  Story story;
  const auto both = [&](Deferred<int> deferred) {
    return std::move(deferred).addCallbacks(
        [](int n) -> std::string {
          if (n == 0) throw std::runtime_error("zero");
          return "value";
        },
        [](const Failure&) { return "failure"; });
  };
  const auto tellText = [&](Deferred<std::string> deferred) {
    std::move(deferred).addCallbacks(
        [&](const std::string& text) { story.add(text); },
        [&](const Failure& why) { story.add("threw " + std::string(why.what())); });
  };
  tellText(both(succeed(1)));
  tellText(both(fail<int>(broken())));
  tellText(both(succeed(0)));
  CHECK(story.text() == "value, failure, threw zero");
}

TEST_CASE("addBoth sees how it ended, or lets the result go by") {
  Story story;
  tell(story, succeed(1).addBoth([](const Result<int>& r) { return r ? r.value() + 1 : 0; }));
  tell(story, fail<int>(broken()).addBoth([](const Result<int>& r) { return r ? 1 : 0; }));
  tell(story, succeed(3).addBoth([&] { story.add("finally"); }));
  tell(story, fail<int>(broken()).addBoth([&] { story.add("finally"); }));
  tell(story, succeed(4).addBoth([]() -> void { throw std::runtime_error("thrown"); }));
  tell(story, succeed(5).addBoth([](Result<int> result) { return result; }));
  CHECK(story.text() == "2, 0, finally, 3, finally, failed: broken, failed: thrown, 5");
}

TEST_CASE("an errback may return a Failure, which is as good as throwing it") {
  Story story;
  tell(story, fail<int>(broken()).addErrback([](const Failure& why) { return why; }));
  CHECK(story.text() == "failed: broken");
}

TEST_CASE("firing twice throws AlreadyCalledError [DF2]") {
  Promise<int> promise;
  const Deferred<int> deferred = promise.deferred();
  promise.callback(1);
  CHECK(promise.hasFired());
  CHECK_THROWS_AS(promise.callback(2), AlreadyCalledError);
  CHECK_THROWS_AS(promise.errback(broken()), AlreadyCalledError);
}

TEST_CASE("a callback added to what has its result runs at once [DF3]") {
  Story story;
  Promise<int> promise;
  Deferred<int> deferred = promise.deferred();
  promise.callback(7);
  CHECK(deferred.hasResult());
  tell(story, std::move(deferred));
  CHECK(story.text() == "7");
}

TEST_CASE("what follows waits for the Deferred that a callback returned [DF4]") {
  Story story;
  Promise<int> outer;
  Promise<std::string> inner;
  outer.deferred()
      .addCallback([&](int) { return inner.deferred(); })
      .addCallback([&](const std::string& text) { story.add(text); });
  outer.callback(1);
  CHECK(story.text() == "");
  inner.callback("inner");
  CHECK(story.text() == "inner");
}

TEST_CASE("a callback may return a Deferred that has its result, or that has failed [DF4]") {
  Story story;
  tell(story, succeed(1).addCallback([](int n) { return succeed(n + 1); }));
  tell(story, succeed(1).addCallback([](int) { return fail<int>(broken()); }));
  tell(story, fail<int>(broken()).addErrback([](const Failure&) { return succeed(3); }));
  CHECK(story.text() == "2, failed: broken, 3");
}

TEST_CASE(
    "a callable and its argument are kept until the Deferred that it returned is done [DF4]") {
  auto outer = std::make_unique<Promise<std::string>>();
  Promise<void> inner;
  auto marker = std::make_shared<int>(0);
  const std::weak_ptr<int> callable = marker;
  const std::string* argument = nullptr;
  auto done = outer->deferred().addCallback(
      [marker = std::move(marker), &inner, &argument](const std::string& text) {
        argument = &text;
        return inner.deferred();
      });
  outer->callback("a text that is too long for any small-string optimisation");
  outer.reset();
  CHECK_FALSE(callable.expired());
  REQUIRE(argument != nullptr);
  CHECK(argument->starts_with("a text"));  // read under the address sanitizer
  inner.callback();
  CHECK(callable.expired());
  CHECK(done.hasResult());
}

TEST_CASE("a callable is gone before what follows it runs [DF4]") {
  auto marker = std::make_shared<int>(0);
  const std::weak_ptr<int> callable = marker;
  bool wasGone = false;
  succeed().addCallback([marker = std::move(marker)] {}).addCallback([&] {
    wasGone = callable.expired();
  });
  CHECK(wasGone);
}

TEST_CASE("a callback added by a running callback runs after it, not inside it [DF5]") {
  Story story;
  Promise<int> promise;
  Deferred<int> tail;
  tail = promise.deferred().addCallback([&](int n) {
    story.add("begin");
    std::move(tail).addCallback([&](int) { story.add("added"); });
    story.add("end");
    return n;
  });
  promise.callback(1);
  CHECK(story.text() == "begin, end, added");
}

TEST_CASE("a callback that returns the very Deferred that waits for it makes that fail") {
  const test::CapturedLog log;
  Promise<int> promise;
  Deferred<int> tail;
  tail = promise.deferred().addCallback([&](int) { return std::move(tail); });
  promise.callback(1);
  CHECK(log.has("a callback returned the very Deferred that waits for it"));
}

TEST_CASE("dropping a Deferred does not stop what it was for") {
  int fired = 0;
  Promise<int> promise;
  {
    const auto dropped = promise.deferred().addCallback([&](int n) { fired = n; });
  }
  promise.callback(5);
  CHECK(fired == 5);
}

TEST_CASE("a Promise that is dropped unfired fails its Deferred") {
  Story story;
  {
    const auto promise = std::make_unique<Promise<int>>();
    tell(story, promise->deferred());
  }
  CHECK(story.text() == "failed: the Promise was dropped before it was fired");
}

TEST_CASE("a Promise may be destroyed by the callback that it fires") {
  auto promise = std::make_unique<Promise<int>>();
  int fired = 0;
  promise->deferred().addCallback([&](int n) {
    promise.reset();
    fired = n;
  });
  promise->callback(3);
  CHECK(fired == 3);
}

TEST_CASE("maybeDeferred makes a Deferred of whatever a function does") {
  Story story;
  tell(story, maybeDeferred([] { return 1; }));
  tell(story, maybeDeferred([] { return succeed(2); }));
  tell(story, maybeDeferred([]() -> int { throw std::runtime_error("thrown"); }));
  CHECK(story.text() == "1, 2, failed: thrown");
}

TEST_CASE("a value that cannot be copied goes all the way through") {
  Promise<std::unique_ptr<int>> promise;
  int seen = 0;
  promise.deferred()
      .addErrback([](const Failure&) { return std::unique_ptr<int>(); })
      .addBoth([] {})
      .addCallback([](std::unique_ptr<int> p) { return succeed(std::move(p)); })
      .addCallback([&](const std::unique_ptr<int>& p) { seen = *p; });
  promise.callback(std::make_unique<int>(9));
  CHECK(seen == 9);
}

static_assert(!std::is_copy_constructible_v<Deferred<int>>);
static_assert(std::is_nothrow_move_constructible_v<Deferred<int>>);
static_assert(!std::is_copy_constructible_v<Promise<int>>);
static_assert(sizeof(Deferred<int>) == sizeof(void*));
