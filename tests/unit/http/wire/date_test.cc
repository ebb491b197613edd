#include "http/wire/date.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace ropewalk::http::test {
namespace {

using std::chrono::seconds;

constexpr wire::WallTime kExample(seconds(784111777));

TEST_CASE("a date is written as IMF-fixdate") {
  CHECK(wire::formatDate(kExample) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(wire::formatDate(wire::WallTime(seconds(0))) == "Thu, 01 Jan 1970 00:00:00 GMT");
  CHECK(wire::formatDate(wire::WallTime(seconds(951827696))) == "Tue, 29 Feb 2000 12:34:56 GMT");
  CHECK(wire::formatDate(wire::WallTime(seconds(253402300799))) == "Fri, 31 Dec 9999 23:59:59 GMT");
}

TEST_CASE("every form of date that RFC 9110 has is read") {
  CHECK(wire::parseDate("Sun, 06 Nov 1994 08:49:37 GMT", kExample) == kExample);
  CHECK(wire::parseDate("Sunday, 06-Nov-94 08:49:37 GMT", kExample) == kExample);
  CHECK(wire::parseDate("Sun Nov  6 08:49:37 1994", kExample) == kExample);
  CHECK(wire::parseDate("Wed, 30 Jun 2027 23:59:60 GMT", kExample) ==
        wire::parseDate("Thu, 01 Jul 2027 00:00:00 GMT", kExample));
}

// The date that RFC 850's form of it, with a two-digit year, means at `now`.
std::string meantAt(std::string_view now, std::string_view text) {
  const auto moment = wire::parseDate(text, wire::parseDate(now, kExample).value());
  return moment ? wire::formatDate(*moment) : "none";
}

TEST_CASE("a two-digit year is never more than 50 years ahead") {
  const char* const now = "Sat, 21 Nov 2026 12:00:00 GMT";
  CHECK(meantAt(now, "Saturday, 21-Nov-26 12:00:00 GMT") == "Sat, 21 Nov 2026 12:00:00 GMT");
  CHECK(meantAt(now, "Friday, 01-Jan-71 00:00:00 GMT") == "Thu, 01 Jan 2071 00:00:00 GMT");
  CHECK(meantAt(now, "Saturday, 21-Nov-76 12:00:00 GMT") == "Sat, 21 Nov 2076 12:00:00 GMT");
  CHECK(meantAt(now, "Sunday, 21-Nov-76 12:00:01 GMT") == "Sun, 21 Nov 1976 12:00:01 GMT");
  CHECK(meantAt(now, "Sunday, 06-Nov-94 08:49:37 GMT") == "Sun, 06 Nov 1994 08:49:37 GMT");
  // Across the turn of a century.
  CHECK(meantAt("Sun, 30 Jan 2095 00:00:00 GMT", "Friday, 06-Nov-05 00:00:00 GMT") ==
        "Fri, 06 Nov 2105 00:00:00 GMT");
  CHECK(meantAt("Tue, 29 Feb 2028 00:00:00 GMT", "Sunday, 01-Mar-78 00:00:00 GMT") ==
        "Tue, 01 Mar 2078 00:00:00 GMT");
  // A day that only one of the centuries has.
  CHECK(meantAt("Sun, 30 Jan 2095 00:00:00 GMT", "Tuesday, 29-Feb-00 00:00:00 GMT") ==
        "Tue, 29 Feb 2000 00:00:00 GMT");
  CHECK(meantAt(now, "Monday, 30-Feb-26 00:00:00 GMT") == "none");
}

TEST_CASE("what is no date is not read as one [HR11] [SF10]") {
  for (const char* text : {"",
                           "now",
                           "0",
                           "Sun, 06 Nov 1994 08:49:37",
                           "Sun, 06 Nov 1994 08:49:37 GMT ",
                           "Sun, 6 Nov 1994 08:49:37 GMT",
                           "Sun, 06 Nov 1994 08:49:37 EST",
                           "Sun, 06 Foo 1994 08:49:37 GMT",
                           "Foo, 06 Nov 1994 08:49:37 GMT",
                           "Sun, 31 Feb 1994 08:49:37 GMT",
                           "Sun, 00 Nov 1994 08:49:37 GMT",
                           "Sun, 06 Nov 1994 24:00:00 GMT",
                           "Sun, 06 Nov 1994 08:60:37 GMT",
                           "Sun, 06 Nov 1994 08:49:61 GMT",
                           "Sun, 06 Nov 94 08:49:37 GMT",
                           "Sun, +6 Nov 1994 08:49:37 GMT",
                           "Sun, 06 Nov 1994 08:49:37 GMTx",
                           "sun, 06 nov 1994 08:49:37 gmt",
                           "Sun",
                           "Sun, "}) {
    CAPTURE(text);
    CHECK(!wire::parseDate(text, kExample));
  }
}

TEST_CASE("a written date is read back") {
  for (std::int64_t second = 0; second < 4'000'000'000; second += 12'345'677) {
    const wire::WallTime time{seconds(second)};
    CHECK(wire::parseDate(wire::formatDate(time), kExample) == time);
  }
}

TEST_CASE("the Date line changes when the second does") {
  wire::DateLine line;
  CHECK(line.at(kExample) == "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  CHECK(line.at(kExample) == "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  CHECK(line.at(kExample + seconds(1)) == "Date: Sun, 06 Nov 1994 08:49:38 GMT\r\n");
  CHECK(line.at(kExample - seconds(1)) == "Date: Sun, 06 Nov 1994 08:49:36 GMT\r\n");
}

}  // namespace
}  // namespace ropewalk::http::test
