#include "http/wire/grammar.h"

#include <doctest/doctest.h>

#include <string>

namespace ropewalk::http::test {
namespace {

TEST_CASE("parseNumber takes digits and nothing else [H1.19]") {
  CHECK(wire::parseNumber("0") == 0U);
  CHECK(wire::parseNumber("42") == 42U);
  CHECK(wire::parseNumber("010") == 10U);
  CHECK(wire::parseNumber("fF", wire::Radix::Hex) == 255U);
  for (const char* text :
       {"", " 1", "1 ", "+1", "-1", "0x1", "1_0", "1.0", "a", "\xd9\xa1", "1,1"}) {
    CAPTURE(text);
    CHECK(!wire::parseNumber(text));
  }
  CHECK(!wire::parseNumber("g", wire::Radix::Hex));
}

TEST_CASE("parseNumber refuses what is above its maximum and never wraps around [H1.9] [H1.21]") {
  CHECK(wire::parseNumber("9223372036854775807") == wire::kMaxNumber);
  CHECK(!wire::parseNumber("9223372036854775808"));
  CHECK(!wire::parseNumber("18446744073709551616"));
  CHECK(!wire::parseNumber("18446744073709551617"));
  CHECK(!wire::parseNumber(std::string(10'000, '9')));
  CHECK(wire::parseNumber(std::string(10'000, '0') + "7") == 7U);
  CHECK(wire::parseNumber("7fffffffffffffff", wire::Radix::Hex) == wire::kMaxNumber);
  CHECK(!wire::parseNumber("8000000000000000", wire::Radix::Hex));
  CHECK(wire::parseNumber("65535", wire::Radix::Decimal, 65535) == 65535U);
  CHECK(!wire::parseNumber("65536", wire::Radix::Decimal, 65535));
  CHECK(!wire::parseNumber("5", wire::Radix::Decimal, 4));
  CHECK(wire::parseNumber("18446744073709551615", wire::Radix::Decimal, UINT64_MAX) == UINT64_MAX);
  CHECK(!wire::parseNumber("18446744073709551616", wire::Radix::Decimal, UINT64_MAX));
}

}  // namespace
}  // namespace ropewalk::http::test
