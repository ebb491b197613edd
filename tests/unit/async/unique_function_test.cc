#include "ropewalk/unique_function.h"

#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <utility>

using namespace ropewalk;

namespace {

// Counts how many of it are alive.
class Counted {
 public:
  explicit Counted(int& alive) : alive_(alive) { ++alive_; }
  Counted(const Counted& other) : alive_(other.alive_) { ++alive_; }
  ~Counted() { --alive_; }

 private:
  int& alive_;
};

int doubled(int n) { return 2 * n; }

struct ThrowsWhenCopied {
  ThrowsWhenCopied() = default;
  ThrowsWhenCopied(const ThrowsWhenCopied&) { throw std::runtime_error("copied"); }
  int operator()(int n) const { return n; }
};

}  // namespace

TEST_CASE("UniqueFunction calls what it was made of, also after it was moved") {
  UniqueFunction<int(int)> sum = [total = std::make_unique<int>(1)](int n) { return *total += n; };
  UniqueFunction<int(int)> moved = std::move(sum);
  CHECK_FALSE(sum);
  REQUIRE(moved);
  CHECK(moved(3) == 4);
  sum = std::move(moved);
  CHECK(sum(3) == 7);
}

TEST_CASE("UniqueFunction keeps a closure of any size, each once, and destroys it with itself") {
  int alive = 0;
  const auto check = [&alive](auto padding) {
    {
      UniqueFunction<int()> function = [counted = Counted(alive), padding] {
        return static_cast<int>(padding.size());
      };
      CHECK(alive == 1);
      UniqueFunction<int()> moved = std::move(function);
      CHECK(alive == 1);
      CHECK(moved() == static_cast<int>(padding.size()));
      moved = nullptr;
      CHECK(alive == 0);
      CHECK_FALSE(moved);
    }
    CHECK(alive == 0);
  };
  check(std::array<char, 1>{});
  check(std::array<char, 16>{});
  check(std::array<char, 17>{});
  check(std::array<char, 1000>{});
}

TEST_CASE("UniqueFunction destroys the old closure when it is given a new one") {
  int alive = 0;
  UniqueFunction<void()> function = [counted = Counted(alive)] {};
  function = [] {};
  CHECK(alive == 0);
}

TEST_CASE("UniqueFunction takes a function, a null one makes it empty") {
  UniqueFunction<int(int)> function = doubled;
  CHECK(function(4) == 8);
  int (*none)(int) = nullptr;
  function = none;
  CHECK_FALSE(function);
}

TEST_CASE("UniqueFunction passes arguments that can only be moved, and references") {
  UniqueFunction<int(std::unique_ptr<int>, int&)> function = [](std::unique_ptr<int> a, int& b) {
    return b = *a;
  };
  int seen = 0;
  CHECK(function(std::make_unique<int>(5), seen) == 5);
  CHECK(seen == 5);
}

TEST_CASE("UniqueFunction that returns nothing takes a callable that returns something") {
  int calls = 0;
  UniqueFunction<void()> function = [&calls] { return ++calls; };
  function();
  CHECK(calls == 1);
}

TEST_CASE("UniqueFunction lets out what the callable throws, and what making it throws") {
  UniqueFunction<void()> function = [] { throw std::runtime_error("called"); };
  CHECK_THROWS_WITH(function(), "called");
  const ThrowsWhenCopied callable;
  CHECK_THROWS_WITH(UniqueFunction<int(int)>{callable}, "copied");
}

static_assert(std::is_nothrow_move_constructible_v<UniqueFunction<void()>>);
static_assert(std::is_nothrow_move_assignable_v<UniqueFunction<void()>>);
static_assert(!std::is_copy_constructible_v<UniqueFunction<void()>>);
static_assert(!std::is_constructible_v<UniqueFunction<int()>, void (*)()>);
static_assert(sizeof(UniqueFunction<void()>) == 4 * sizeof(void*));
