// The outermost callback() runs everything that waits; one that is called meanwhile is queued.

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "ropewalk/deferred.h"
#include "ropewalk/detail/resume_queue.h"
#include "ropewalk/detail/scope.h"
#include "ropewalk/sim/clock.h"
#include "ropewalk/sim/world.h"
#include "ropewalk/task.h"
#include "support/captured_log.h"
#include "support/story.h"

using namespace ropewalk;
using test::Story;

namespace {

Deferred<void> tells(Story& story, std::string name, Deferred<void> awaited) {
  co_await std::move(awaited);
  story.add(name);
}

}  // namespace

TEST_CASE("callback() runs its callbacks and resumes a coroutine before it returns [DF1]") {
  Story story;
  Promise<void> callback;
  Promise<void> coroutine;
  callback.deferred().addCallback([&] { story.add("callback"); });
  const auto waiting = tells(story, "coroutine", coroutine.deferred());
  callback.callback();
  coroutine.callback();
  CHECK(story.text() == "callback, coroutine");
}

TEST_CASE("callback() in a coroutine that the event loop resumed does the same [DF1]") {
  Story story;
  sim::Clock clock;
  Promise<void> callback;
  Promise<void> coroutine;
  callback.deferred().addCallback([&] { story.add("callback"); });
  const auto waiting = tells(story, "coroutine", coroutine.deferred());
  const auto fires = [&]() -> Deferred<void> {
    co_await sleep(1s, clock);
    callback.callback();
    story.add("between");
    coroutine.callback();
    story.add("end");
  };
  const auto firing = fires();
  clock.advance(1s);
  CHECK(story.text() == "callback, between, coroutine, end");
}

TEST_CASE("callback() in a coroutine that a timeout resumed does the same [DF1] [DF10]") {
  Story story;
  sim::Clock clock;
  Promise<void> never;
  Promise<void> coroutine;
  const auto waiting = tells(story, "coroutine", coroutine.deferred());
  const auto fires = [&]() -> Deferred<void> {
    try {
      co_await never.deferred().addTimeout(1s, clock);
    } catch (const Error&) {
      coroutine.callback();
    }
    story.add("end");
  };
  const auto firing = fires();
  clock.advance(1s);
  CHECK(story.text() == "coroutine, end");
}

TEST_CASE("a callback() inside a callback runs its callbacks when the outermost is done [DF1]") {
  Story story;
  std::vector<Promise<void>> promises(3);
  promises[0]
      .deferred()
      .addCallback([&] {
        story.add("begin");
        promises[1].callback();
        promises[2].errback(Failure::of(std::runtime_error("broken")));
        story.add("end");
      })
      .addCallback([&] { story.add("next"); });
  promises[1].deferred().addCallback([&] { story.add("nested"); });
  promises[2].deferred().addErrback(
      [&](const Failure& why) { story.add(std::string(why.what())); });
  promises[0].callback();
  CHECK(story.text() == "begin, end, next, nested, broken");
}

TEST_CASE("a callback() inside a callback gives its Deferred the result at once [DF3]") {
  Story story;
  Promise<int> inner;
  Promise<void> outer;
  Deferred<int> fired = inner.deferred();
  outer.deferred().addCallback([&] {
    inner.callback(7);
    std::move(fired).addCallback([&](int value) { story.add(std::to_string(value)); });
    story.add("end");
  });
  outer.callback();
  CHECK(story.text() == "7, end");
}

TEST_CASE("a coroutine that callback() resumed queues what it fires until that returns [DF15]") {
  Story story;
  std::vector<Promise<void>> promises(2);
  const auto fires = [&](Deferred<void> awaited) -> Deferred<void> {
    co_await std::move(awaited);
    promises[1].callback();
    story.add("fired");
  };
  const auto firing = fires(promises[0].deferred());
  promises[1].deferred().addCallback([&] { story.add("callback"); });
  promises[0].callback();
  CHECK(story.text() == "fired, callback");
}

TEST_CASE("a coroutine is resumed after the callbacks that were queued with it [DF15]") {
  Story story;
  std::vector<Promise<void>> promises(3);
  promises[0].deferred().addCallback([&] {
    promises[1].callback();
    promises[2].callback();
  });
  const auto waiting = tells(story, "coroutine", promises[1].deferred());
  promises[2].deferred().addCallback([&] { story.add("callback"); });
  promises[0].callback();
  CHECK(story.text() == "callback, coroutine");
}

TEST_CASE("a cancel() inside a callback runs the errbacks when the outermost is done [DF6]") {
  Story story;
  Promise<void> outer;
  Promise<void> cancelled;
  cancelled.onCancel([&] { story.add("canceller"); });
  Deferred<void> tail = cancelled.deferred().addErrback(
      [&](const Failure& why) { story.add(std::string(why.what())); });
  outer.deferred().addCallback([&] {
    tail.cancel();
    story.add("end");
  });
  outer.callback();
  CHECK(story.text() == "canceller, end, cancelled");
}

TEST_CASE("what a canceller fires by way of another Deferred is the result everywhere [DF7]") {
  const test::CapturedLog log;
  Story story;
  Promise<int> asked;
  Promise<int> source;
  Deferred<int> inner = source.deferred();
  Deferred<int> guarded = std::move(inner).addErrback([](const Failure&) { return 9; });
  Deferred<int> answer = asked.deferred();
  source.onCancel([] {});
  Deferred<void> passedOn =
      std::move(guarded).addCallback([&](int value) { asked.callback(value); });
  asked.onCancel([&] { passedOn.cancel(); });
  Promise<void> outer;
  outer.deferred().addCallback([&] {
    answer.cancel();
    std::move(answer).addCallback([&](int value) { story.add(std::to_string(value)); });
  });
  outer.callback();
  CHECK(story.text() == "9");
  CHECK(log.lines().empty());
}

TEST_CASE("a scope that a callback closes ends its coroutines before close() returns") {
  Story story;
  const detail::Ref<detail::Scope> scope(new detail::Scope);
  Promise<void> promise;
  const auto waits = [&]() -> Deferred<void> {
    try {
      co_await promise.deferred().addErrback(
          [](const Failure&) { throw std::runtime_error("stopped"); });
    } catch (const std::exception& error) {
      story.add(error.what());
    }
  };
  Deferred<void> waiting;
  {
    const detail::Scope::Enter entered(scope.get());
    waiting = waits();
  }
  Promise<void> outer;
  outer.deferred().addCallback([&] {
    scope->close();
    story.add("closed");
  });
  outer.callback();
  CHECK(story.text() == "stopped, closed");
}

TEST_CASE("a Deferred that a callback returns may be fired in that callback [DF4]") {
  Story story;
  Promise<void> outer;
  Promise<int> inner;
  Deferred<int> tail = inner.deferred().addCallback([](int n) { return n + 1; });
  outer.deferred()
      .addCallback([&] {
        inner.callback(1);
        return std::move(tail);
      })
      .addCallback([&](int value) { story.add(std::to_string(value)); });
  outer.callback();
  CHECK(story.text() == "2");
}

TEST_CASE("an exception in a queued callback fails its own chain only [DF1]") {
  const test::CapturedLog log;
  Story story;
  std::vector<Promise<void>> promises(3);
  promises[0].deferred().addCallback([&] {
    promises[1].callback();
    promises[2].callback();
  });
  promises[1].deferred().addCallback([]() -> void { throw std::runtime_error("broken"); });
  promises[2].deferred().addCallback([&] { story.add("fine"); });
  promises[0].callback();
  CHECK(story.text() == "fine");
  CHECK(log.lines().size() == 1);
  CHECK(log.has("broken"));
}

TEST_CASE("an event loop that runs inside a callback fires at once what is due in it") {
  Story story;
  Promise<void> outer;
  Promise<void> inner;
  sim::World world(1);
  world.host("host").run([&] {
    spawn([&]() -> Deferred<void> {
      co_await sleep(1s);
      inner.callback();
      story.add("slept");
    });
  });
  inner.deferred().addCallback([&] { story.add("inner"); });
  outer.deferred().addCallback([&] {
    world.advance(2s);
    story.add("end");
  });
  outer.callback();
  CHECK(story.text() == "inner, slept, end");
}

TEST_CASE("what fireNow() fires runs its callbacks at once inside a callback, coroutines later") {
  Story story;
  Promise<void> outer;
  Promise<void> inner;
  const auto waits = [&]() -> Deferred<void> {
    co_await inner.deferred();
    story.add("coroutine");
  };
  Deferred<void> waiting = waits();
  Promise<void> second;
  second.deferred().addCallback([&] { story.add("second"); });
  outer.deferred().addCallback([&] {
    detail::ResumeQueue::fireNow([&] {
      inner.callback();
      second.callback();
      story.add("fired");
    });
    story.add("end");
  });
  outer.callback();
  CHECK(story.text() == "second, fired, end, coroutine");
}
