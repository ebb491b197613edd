#include "ropewalk/failure.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <stdexcept>
#include <string>

using namespace ropewalk;

namespace {

template <class E>
Failure caught(E thrown) {
  try {
    throw thrown;
  } catch (...) {
    return Failure::current();
  }
}

struct Left {
  int left = 1;
};
struct Right {
  int right = 2;
};
struct Both : Left, Right {};

std::error_code systemError(int error) { return {error, std::system_category()}; }

}  // namespace

TEST_CASE("Failure answers for the class of its exception, and for every base of that") {
  const Failure aborted = Failure::of(ConnectionAborted());
  CHECK(aborted.check<ConnectionAborted>());
  CHECK(aborted.check<ConnectionLost>());
  CHECK(aborted.check<ConnectionClosed>());
  CHECK(aborted.check<Error>());
  CHECK(aborted.check<std::system_error>());
  CHECK(aborted.check<std::exception>());
  CHECK_FALSE(aborted.check<ConnectionDone>());
  CHECK_FALSE(aborted.check<int>());
}

TEST_CASE("Failure shows the exception itself, also through its second base") {
  const Failure both = caught(Both());
  REQUIRE(both.get<Right>() != nullptr);
  CHECK(both.get<Right>()->right == 2);
  CHECK(both.get<Error>() == nullptr);
}

TEST_CASE("Failure holds anything that can be thrown, and says what it can of it") {
  CHECK(caught(std::runtime_error("broken")).what() == "broken");
  CHECK(caught("a text").what() == "a text");
  CHECK(caught(std::string("another")).what() == "another");
  CHECK(caught(7).what() == "unknown exception of type int");
  CHECK(caught(7).check<int>());
  CHECK_FALSE(caught(7).check<long>());
  CHECK(caught(7).typeName() == "int");
  CHECK(caught(Both()).what().starts_with("unknown exception of type "));
  CHECK(Failure::connectionDone().typeName() == "ropewalk::ConnectionDone");
}

TEST_CASE("Failure has the system's code if the exception has one") {
  CHECK(Failure::of(Error("bind", systemError(EADDRINUSE))).code().value() == EADDRINUSE);
  CHECK(Failure::connectionDone().code().value() == 0);
  CHECK(caught(7).code().value() == 0);
}

TEST_CASE("a Failure of nothing is false, empty and nothing in particular") {
  const Failure none;
  CHECK_FALSE(none);
  CHECK(none.what() == "");
  CHECK(none.typeName() == "");
  CHECK(none.code().value() == 0);
  CHECK_FALSE(none.check<std::exception>());
  CHECK(Failure::connectionDone());
}

TEST_CASE("Failure::trap says which type it was, and raises what it is not asked for") {
  const Failure aborted = Failure::connectionAborted();
  CHECK(aborted.trap<ConnectionDone, ConnectionLost>() == 1);
  CHECK(aborted.trap<ConnectionAborted, ConnectionLost>() == 0);
  CHECK_THROWS_AS((aborted.trap<ConnectionDone, CancelledError>()), ConnectionAborted);
}

TEST_CASE("Failure raises the exception as it was") {
  CHECK_THROWS_WITH_AS(Failure::connectionDone().raise(), "Connection was closed cleanly.",
                       ConnectionDone);
  CHECK_THROWS_AS(caught(7).raise(), int);
}

TEST_CASE("the commonest failures are one exception each, made once") {
  CHECK(Failure::connectionDone().exception() == Failure::connectionDone().exception());
  CHECK(Failure::connectionLost().check<ConnectionLost>());
  CHECK_FALSE(Failure::connectionLost().check<ConnectionAborted>());
  CHECK(Failure::cancelled().check<CancelledError>());
}

static_assert(sizeof(Failure) == sizeof(void*));
