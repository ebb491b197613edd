#include "ropewalk/port_number.h"

#include <doctest/doctest.h>

using namespace ropewalk;

TEST_CASE("portNumber takes a decimal number from 0 to 65535 and nothing else") {
  CHECK(portNumber("0") == 0);
  CHECK(portNumber("8000") == 8000);
  CHECK(portNumber("65535") == 65535);
  for (const char* wrong : {"", "65536", "-1", "+1", " 80", "80 ", "0x50", "http", "8000000000"}) {
    CAPTURE(wrong);
    CHECK_THROWS_AS(portNumber(wrong), InvalidAddressError);
  }
}

TEST_CASE("servicePort knows a service by its name [PT23]") { CHECK(servicePort("http") == 80); }

TEST_CASE("servicePort throws for a service that nobody knows [PT23]") {
  CHECK_THROWS_WITH_AS(servicePort("no-such-service"), "no service is called \"no-such-service\"",
                       ServiceNameUnknownError);
}
