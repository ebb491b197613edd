#include "ropewalk/error.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <string>
#include <type_traits>

#include "ropewalk/failure.h"

using namespace ropewalk;

namespace {

std::error_code systemError(int error) { return {error, std::system_category()}; }

template <class E>
std::string text(const E& error) {
  return error.what();
}

}  // namespace

TEST_CASE("an Error says exactly what it was given, whatever its code") {
  const Error error("bind 127.0.0.1:80: Permission denied", systemError(EACCES));
  CHECK(text(error) == "bind 127.0.0.1:80: Permission denied");
  CHECK(error.code().value() == EACCES);
  const Error copy = error;
  CHECK(text(copy) == text(error));
}

TEST_CASE("CannotListenError names address, number and reason [PT2]") {
  const CannotListenError error("127.0.0.1", 8000, systemError(EADDRINUSE));
  CHECK(text(error) == "Couldn't listen on 127.0.0.1:8000: [Errno 98] Address already in use.");
  CHECK(error.port() == 8000);
  CHECK(std::string(error.interface()) == "127.0.0.1");
  CHECK(text(CannotListenError("", 80, systemError(EACCES))) ==
        "Couldn't listen on any:80: [Errno 13] Permission denied.");
  CHECK(text(CannotListenError("::1", 80, systemError(EACCES))) ==
        "Couldn't listen on [::1]:80: [Errno 13] Permission denied.");
}

TEST_CASE("ConnectionLost says what broke and why") {
  CHECK(text(ConnectionLost("recv", systemError(ECONNRESET))) ==
        "Connection to the other side was lost in a non-clean fashion: recv: Connection reset by "
        "peer.");
  CHECK(text(ConnectionLost("the peer takes nothing")) ==
        "Connection to the other side was lost in a non-clean fashion: the peer takes nothing.");
}

TEST_CASE("an errno of connect becomes the class that Twisted gives it [PT17]") {
  const Failure refused = connectErrorFor(ECONNREFUSED, "connect 127.0.0.1:1");
  CHECK(refused.check<ConnectionRefusedError>());
  CHECK(refused.what() == "connect 127.0.0.1:1: Connection refused");
  CHECK(refused.code().value() == ECONNREFUSED);
  CHECK(connectErrorFor(ENETUNREACH, "connect").check<NoRouteError>());
  CHECK(connectErrorFor(ETIMEDOUT, "connect").check<TCPTimedOutError>());
  const Failure other = connectErrorFor(EACCES, "connect");
  CHECK(other.check<ConnectError>());
  CHECK_FALSE(other.check<ConnectionRefusedError>());
}

// The kinships that programs rely on in their catch clauses.
static_assert(std::is_base_of_v<ConnectionClosed, ConnectionDone>);
static_assert(std::is_base_of_v<ConnectionLost, ConnectionAborted>);
static_assert(!std::is_base_of_v<ConnectionLost, ConnectionDone>);
static_assert(std::is_base_of_v<ConnectError, UserError>);
static_assert(std::is_base_of_v<UserError, TimeoutError>);
static_assert(!std::is_base_of_v<ConnectError, DeferredTimeoutError>);
static_assert(!std::is_base_of_v<AlreadyCalled, AlreadyCalledError>);
static_assert(!std::is_base_of_v<AlreadyCalledError, AlreadyCalled>);
static_assert(std::is_base_of_v<ConnectError, ConnectBindError>);
static_assert(std::is_base_of_v<BindError, CannotListenError>);
static_assert(std::is_base_of_v<std::system_error, Error>);
static_assert(std::is_nothrow_copy_constructible_v<CannotListenError>);
