#include "ropewalk/address.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <functional>
#include <string>

using namespace ropewalk;

namespace {

// Whether both mean one address, in every way that a program could tell.
void checkSame(const Address& left, const Address& right) {
  CAPTURE(left.text());
  CAPTURE(right.text());
  CHECK(left == right);
  CHECK((left <=> right) == 0);
  CHECK(left.family() == right.family());
  CHECK(left.text() == right.text());
  CHECK(left.host() == right.host());
  CHECK(std::hash<Address>()(left) == std::hash<Address>()(right));
}

Address at(const std::string& host) { return Address::parse(host, 80); }

}  // namespace

TEST_CASE("an IPv4 address is the same when it is written as an IPv4-mapped IPv6 address") {
  for (const char* const written :
       {"::ffff:127.0.0.1", "::FFFF:127.0.0.1", "::ffff:7f00:1", "0:0:0:0:0:ffff:7F00:0001",
        "0000:0000:0000:0000:0000:ffff:127.0.0.1", "::ffff:127.0.0.1%1"}) {
    checkSame(at(written), at("127.0.0.1"));
  }
  checkSame(at("::ffff:0.0.0.0"), at(""));
  const std::uint8_t mapped[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 1, 2, 3};
  checkSame(Address::fromBytes(Address::Family::IPv6, mapped, 80), at("10.1.2.3"));
}

TEST_CASE("an IPv6 address is the same in upper and lower case and however zeros are written") {
  checkSame(at("FE80::ABCD"), at("fe80:0:0:0:0:0:0:abcd"));
  checkSame(at("2001:0DB8:0:0:1::1"), at("2001:db8::1:0:0:1"));
  checkSame(at("0:0:0:0:0:0:0:1"), at("::1"));
  checkSame(at("::0"), at("::"));
  CHECK(at("2001:0DB8:0:0:1:0:0:1").text() == "[2001:db8::1:0:0:1]:80");
}

TEST_CASE("a scope belongs to a link-local address, by number or name, and to no other") {
  checkSame(at("fe80::1%lo"), at("fe80::1%1"));
  CHECK(at("fe80::1%1") != at("fe80::1"));
  CHECK(at("ff02::1%1").scopeId() == 1);
  checkSame(at("::1%1"), at("::1"));
  checkSame(at("2001:db8::1%1"), at("2001:db8::1"));
}

TEST_CASE("an IPv6 address with an IPv4 address in its low bytes is not that IPv4 address") {
  CHECK(at("::127.0.0.1") != at("127.0.0.1"));
  CHECK(at("::ffff:0:127.0.0.1") != at("127.0.0.1"));
  CHECK(at("64:ff9b::127.0.0.1") != at("127.0.0.1"));
}
