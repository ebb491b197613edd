#include "ropewalk/detail/scope.h"

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "ropewalk/deferred.h"
#include "support/captured_log.h"
#include "support/story.h"

using namespace ropewalk;
using detail::Ref;
using detail::Scope;
using test::Story;

namespace {

// Says that it is destroyed.
class Witness {
 public:
  Witness(Story& story, std::string name) : story_(story), name_(std::move(name)) {}
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;
  ~Witness() { story_.add(name_ + " gone"); }

 private:
  Story& story_;
  std::string name_;
};

struct Fixture {
  Story story;
  const Ref<Scope> scope{new Scope};
  Promise<int> promise;

  // Waits for `awaited`, says how that ended, and passes it on.
  Deferred<int> waits(std::string name, Deferred<int> awaited) {
    const Witness witness(story, name);
    try {
      co_return co_await std::move(awaited);
    } catch (const CancelledError&) {
      story.add(name + " cancelled");
      throw;
    }
  }

  // Awaits again and again, whatever happens.
  Deferred<void> neverEnds(Deferred<int> first) {
    const Witness witness(story, "endless");
    int rounds = 0;
    try {
      co_await std::move(first);
    } catch (const CancelledError&) {
    }
    for (;;) {
      try {
        co_await succeed(1);
      } catch (const CancelledError&) {
        if (++rounds > 1'000'000) FAIL("nothing stops it");
      }
    }
  }

  template <class F>
  auto inScope(F&& call) {
    const Scope::Enter entered(scope.get());
    return call();
  }
};

}  // namespace

TEST_CASE("a closed scope raises CancelledError where each of its coroutines waits") {
  Fixture f;
  Promise<int> other;
  const auto one = f.inScope([&] { return f.waits("one", f.promise.deferred()); });
  const auto two = f.inScope([&] { return f.waits("two", other.deferred()); });
  f.scope->close();
  CHECK(f.story.text() == "two cancelled, two gone, one cancelled, one gone");
  CHECK(one.hasResult());
  CHECK(two.hasResult());
  CHECK(f.promise.hasFired());  // the awaited Deferreds were cancelled
}

TEST_CASE("a closed scope leaves the coroutines of others alone") {
  Fixture f;
  const auto outside = f.waits("outside", f.promise.deferred());
  f.scope->close();
  CHECK(f.story.text() == "");
  f.promise.callback(1);
  CHECK(f.story.text() == "outside gone");
}

TEST_CASE("what a coroutine starts, also after it was resumed, belongs to its scope") {
  Fixture f;
  Promise<int> early;
  Promise<int> later;
  const auto starts = [&]() -> Deferred<void> {
    (void)f.waits("early", early.deferred());
    co_await f.promise.deferred();
    (void)f.waits("later", later.deferred());
  };
  const auto starter = f.inScope(starts);
  CHECK(Scope::current() == nullptr);
  f.promise.callback(1);
  CHECK(Scope::current() == nullptr);
  CHECK(starter.hasResult());
  f.scope->close();
  CHECK(f.story.text() == "later cancelled, later gone, early cancelled, early gone");
}

TEST_CASE("what a callback starts belongs to the scope in which the callback was added") {
  Fixture f;
  Promise<int> start;
  Promise<int> later;
  const auto waits = [&](int) { return f.waits("inner", later.deferred()); };
  const auto chain = f.inScope([&] { return start.deferred().addCallback(waits); });
  const Ref<Scope> other(new Scope);
  {
    const Scope::Enter entered(other.get());
    start.callback(1);
  }
  other->close();
  CHECK(f.story.text() == "");
  f.scope->close();
  CHECK(f.story.text() == "inner cancelled, inner gone");
}

TEST_CASE("inner coroutines end before those that wait for them") {
  Fixture f;
  const auto outer =
      f.inScope([&] { return f.waits("outer", f.waits("inner", f.promise.deferred())); });
  f.scope->close();
  CHECK(f.story.text() == "inner cancelled, inner gone, outer cancelled, outer gone");
}

TEST_CASE("every further await in a closed scope raises at once") {
  Fixture f;
  const auto persistent = [&]() -> Deferred<void> {
    for (int i = 0; i < 3; ++i) {
      try {
        co_await succeed(1);
        co_await f.promise.deferred();
        f.story.add("never");
      } catch (const CancelledError&) {
        f.story.add("cancelled");
      }
    }
  };
  const auto done = f.inScope(persistent);
  f.scope->close();
  CHECK(f.story.text() == "cancelled, cancelled, cancelled");
  CHECK(done.hasResult());
}

TEST_CASE("a coroutine that is started in a closed scope sees its first await raise") {
  Fixture f;
  f.scope->close();
  const auto late = f.inScope([&] { return f.waits("late", f.promise.deferred()); });
  CHECK(f.story.text() == "late cancelled, late gone");
  CHECK(f.promise.hasFired());  // refused, so nobody waits for it
}

TEST_CASE("a coroutine that will not end is destroyed with its scope") {
  Fixture f;
  auto endless = f.inScope([&] { return f.neverEnds(f.promise.deferred()); });
  CHECK(f.story.text() == "");
  f.scope->close();
  CHECK(f.story.text() == "endless gone");
  bool wasCancelled = false;
  std::move(endless).addErrback(
      [&](const Failure& why) { wasCancelled = why.check<CancelledError>(); });
  CHECK(wasCancelled);
}

TEST_CASE("a coroutine that will not end is destroyed when it is started in a closed scope") {
  Fixture f;
  f.scope->close();
  const auto endless = f.inScope([&] { return f.neverEnds(f.promise.deferred()); });
  CHECK(f.story.text() == "endless gone");
  CHECK(endless.hasResult());
}

TEST_CASE("a coroutine that closes its own scope goes on to its next await") {
  Fixture f;
  Promise<int> never;
  Promise<int> others;
  const auto closes = [&]() -> Deferred<void> {
    const Witness witness(f.story, "closer");
    co_await f.promise.deferred();
    f.scope->close();
    f.story.add("still here");
    co_await never.deferred();
    f.story.add("never");
  };
  const auto other = f.inScope([&] { return f.waits("other", others.deferred()); });
  const auto done = f.inScope(closes);
  f.promise.callback(1);
  CHECK(f.story.text() == "other cancelled, other gone, still here, closer gone");
  CHECK(done.hasResult());
  CHECK(other.hasResult());
}

TEST_CASE("a scope that is closed by a coroutine of another ends its own before that goes on") {
  Fixture f;
  Promise<int> start;
  const auto closes = [&]() -> Deferred<void> {
    co_await start.deferred();
    f.scope->close();
    f.story.add("closed");
  };
  const auto closer = closes();
  auto victim = f.inScope([&] { return f.waits("victim", f.promise.deferred()); });
  // Belongs to nobody, and waits its turn.
  const auto bystander = f.waits("bystander", std::move(victim));
  start.callback(1);
  CHECK(f.story.text() ==
        "victim cancelled, victim gone, closed, bystander cancelled, bystander gone");
}

TEST_CASE("coroutines outside that wait for those of a closed scope are told, in their own time") {
  Fixture f;
  Deferred<int> inner = f.inScope([&] { return f.waits("inner", f.promise.deferred()); });
  const auto outside = f.waits("outside", std::move(inner));
  f.scope->close();
  CHECK(f.story.text() == "inner cancelled, inner gone, outside cancelled, outside gone");
}

TEST_CASE("a coroutine that waits for one that will not be cancelled is let go all the same") {
  Fixture f;
  Promise<int> again;
  // Belongs to nobody; swallows the cancellation.
  const auto stubborn = [&]() -> Deferred<int> {
    try {
      co_await f.promise.deferred();
    } catch (const CancelledError&) {
      f.story.add("swallowed");
    }
    co_return co_await again.deferred();
  };
  Deferred<int> inner = stubborn();
  const auto waiting = f.inScope([&] { return f.waits("waiting", std::move(inner)); });
  f.scope->close();
  CHECK(f.story.has("waiting cancelled"));
  CHECK(f.story.has("waiting gone"));
  again.callback(1);
}

TEST_CASE("closing a scope again, or one in which nothing waits, does nothing") {
  Fixture f;
  const auto done = f.inScope([&] { return f.waits("one", succeed(1)); });
  CHECK(f.story.text() == "one gone");
  f.scope->close();
  f.scope->close();
  CHECK(f.scope->isClosed());
  CHECK(f.story.text() == "one gone");
}

TEST_CASE("a coroutine may drop the last handle of its scope") {
  Story story;
  Ref<Scope> scope(new Scope);
  Promise<int> promise;
  const auto drops = [&]() -> Deferred<void> {
    co_await promise.deferred();
    scope = {};
    story.add("dropped");
  };
  Deferred<void> done;
  {
    const Scope::Enter entered(scope.get());
    done = drops();
  }
  promise.callback(1);
  CHECK(story.text() == "dropped");
  CHECK(done.hasResult());
}

TEST_CASE("a resumed coroutine logs in the name of whom its scope was made for") {
  struct Named {
    std::string logPrefix() const { return "Echo,7,127.0.0.1"; }
  };
  const test::CapturedLog log;
  const Named named;
  Promise<int> promise;
  Ref<Scope> scope;
  const auto logs = [&]() -> Deferred<void> {
    co_await promise.deferred();
    logWarning("resumed");
  };
  {
    const detail::LogContext context(named);
    scope = Ref<Scope>(new Scope);
    const Scope::Enter entered(scope.get());
    (void)logs();
  }
  promise.callback(1);
  CHECK(log.has("[Echo,7,127.0.0.1] resumed"));
}
