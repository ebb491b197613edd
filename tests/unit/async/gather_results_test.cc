#include "ropewalk/gather_results.h"

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/captured_log.h"

using namespace ropewalk;

namespace {

Failure broken() { return Failure::of(std::runtime_error("broken")); }

template <class T>
std::vector<Deferred<T>> deferredsOf(std::vector<Promise<T>>& promises) {
  std::vector<Deferred<T>> deferreds;
  for (Promise<T>& promise : promises) deferreds.push_back(promise.deferred());
  return deferreds;
}

}  // namespace

TEST_CASE("gatherResults gives the values in the order of the Deferreds [DF11]") {
  std::vector<Promise<int>> promises(3);
  std::vector<int> seen;
  gatherResults(deferredsOf(promises)).addCallback([&](std::vector<int> values) {
    seen = std::move(values);
  });
  promises[2].callback(30);
  promises[0].callback(10);
  CHECK(seen.empty());
  promises[1].callback(20);
  CHECK(seen == std::vector{10, 20, 30});
}

TEST_CASE("gatherResults of nothing is there at once [DF11]") {
  bool isThere = false;
  gatherResults(std::vector<Deferred<int>>()).addCallback([&](const std::vector<int>& values) {
    isThere = values.empty();
  });
  CHECK(isThere);
}

TEST_CASE("gatherResults fails at the first failure, and says which it was [DF11]") {
  std::vector<Promise<int>> promises(2);
  Failure seen;
  gatherResults(deferredsOf(promises))
      .addCallbacks([](const std::vector<int>&) {}, [&](const Failure& why) { seen = why; });
  promises[1].errback(broken());
  const auto* error = seen.get<FirstError>();
  REQUIRE(error != nullptr);
  CHECK(error->index() == 1);
  CHECK(error->failure().check<std::runtime_error>());
  CHECK(seen.what() == "result 1: broken");
  promises[0].callback(1);
}

TEST_CASE("a second failure among gathered Deferreds is reported [DF14]") {
  const test::CapturedLog log;
  std::vector<Promise<int>> promises(2);
  const auto all =
      gatherResults(deferredsOf(promises)).addBoth([](const Result<std::vector<int>>&) {});
  promises[0].errback(broken());
  CHECK(log.lines().empty());
  promises[1].errback(broken());
  CHECK(log.lines().size() == 1);
}

TEST_CASE("cancelling gatherResults cancels those that are not done [DF6]") {
  std::vector<Promise<int>> promises(3);
  int cancelled = 0;
  for (Promise<int>& promise : promises) promise.onCancel([&] { ++cancelled; });
  Failure seen;
  auto all =
      gatherResults(deferredsOf(promises))
          .addCallbacks([](const std::vector<int>&) {}, [&](const Failure& why) { seen = why; });
  promises[0].callback(1);
  all.cancel();
  CHECK(cancelled == 2);
  CHECK(seen.check<CancelledError>());
}

TEST_CASE("gatherResults takes values that can only be moved, and no values") {
  std::vector<Deferred<std::unique_ptr<int>>> owned;
  owned.push_back(succeed(std::make_unique<int>(4)));
  int seen = 0;
  gatherResults(std::move(owned)).addCallback([&](const std::vector<std::unique_ptr<int>>& all) {
    seen = *all.at(0);
  });
  CHECK(seen == 4);

  std::vector<Promise<void>> ends(2);
  bool isOver = false;
  gatherResults(deferredsOf(ends)).addCallback([&] { isOver = true; });
  ends[0].callback();
  CHECK_FALSE(isOver);
  ends[1].callback();
  CHECK(isOver);
}
