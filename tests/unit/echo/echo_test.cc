#include "ropewalk/echo.h"

#include <doctest/doctest.h>

#include <string>

#include "ropewalk/sim/string_transport.h"

using namespace ropewalk;

TEST_CASE("Echo sends back exactly what it gets [PO8]") {
  echo::Echo echo;
  sim::StringTransport transport;
  echo.makeConnection(transport);
  transport.deliver("hello\n");
  transport.deliver(std::string("\0\xFF\r", 3));
  CHECK(transport.value() == "hello\n" + std::string("\0\xFF\r", 3));
}

TEST_CASE("Echo finishes what it has to send when the peer has finished [PO20]") {
  echo::Echo echo;
  sim::StringTransport transport;
  echo.makeConnection(transport);
  transport.setRoom(2);
  transport.deliver("hello");
  transport.peerCloses();
  CHECK(transport.takeWritten() == "he");
  transport.setRoom(100);
  CHECK(transport.takeWritten() == "llo");
  CHECK(transport.isFinished());
}

TEST_CASE("Echo stops reading from a peer that does not read, and goes on when it does [PO8]") {
  echo::Echo echo;
  sim::StringTransport transport;
  echo.makeConnection(transport);
  transport.setRoom(0);
  transport.deliver(std::string(70'000, 'x'));
  CHECK_FALSE(transport.isReading());
  transport.setRoom(70'000);
  CHECK(transport.isReading());
  CHECK(transport.value().size() == 70'000);
}
