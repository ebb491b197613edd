#include "http/number.h"

#include <doctest/doctest.h>

#include <string>

namespace ropewalk::http::test {
namespace {

TEST_CASE("parseNumber takes digits and nothing else [H1.19]") {
  CHECK(parseNumber("0") == 0U);
  CHECK(parseNumber("42") == 42U);
  CHECK(parseNumber("010") == 10U);
  CHECK(parseNumber("fF", Radix::Hex) == 255U);
  for (const char* text :
       {"", " 1", "1 ", "+1", "-1", "0x1", "1_0", "1.0", "a", "\xd9\xa1", "1,1"}) {
    CAPTURE(text);
    CHECK(!parseNumber(text));
  }
  CHECK(!parseNumber("g", Radix::Hex));
}

TEST_CASE("parseNumber refuses what is above its maximum and never wraps around [H1.9] [H1.21]") {
  CHECK(parseNumber("9223372036854775807") == kMaxNumber);
  CHECK(!parseNumber("9223372036854775808"));
  CHECK(!parseNumber("18446744073709551616"));
  CHECK(!parseNumber("18446744073709551617"));
  CHECK(!parseNumber(std::string(10'000, '9')));
  CHECK(parseNumber(std::string(10'000, '0') + "7") == 7U);
  CHECK(parseNumber("7fffffffffffffff", Radix::Hex) == kMaxNumber);
  CHECK(!parseNumber("8000000000000000", Radix::Hex));
  CHECK(parseNumber("65535", Radix::Decimal, 65535) == 65535U);
  CHECK(!parseNumber("65536", Radix::Decimal, 65535));
  CHECK(!parseNumber("5", Radix::Decimal, 4));
  CHECK(parseNumber("18446744073709551615", Radix::Decimal, UINT64_MAX) == UINT64_MAX);
  CHECK(!parseNumber("18446744073709551616", Radix::Decimal, UINT64_MAX));
}

}  // namespace
}  // namespace ropewalk::http::test
