#include "http/routes/pages.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

namespace ropewalk::http::test {
namespace {

using wire::Fault;

TEST_CASE("each fault is answered with an error of the client's or 5xx, in words of its own") {
  std::set<std::string> said;
  for (int each = 1; each <= static_cast<int>(Fault::MemoryShort); ++each) {
    const auto fault = static_cast<Fault>(each);
    CAPTURE(wire::wordsFor(fault));
    CHECK(routes::statusOf(fault) >= 400);
    CHECK(routes::statusOf(fault) <= 505);
    CHECK(said.insert(wire::wordsFor(fault)).second);
  }
  CHECK(std::string(wire::wordsFor(Fault::None)).empty());
}

TEST_CASE("the status says whose fault it is, and what may help") {
  CHECK(routes::statusOf(Fault::NoColon) == 400);
  CHECK(routes::statusOf(Fault::AsteriskWithoutOptions) == 405);
  CHECK(routes::statusOf(Fault::HeadTooSlow) == 408);
  CHECK(routes::statusOf(Fault::BodyTooSlow) == 408);
  CHECK(routes::statusOf(Fault::BodyTooLarge) == 413);
  CHECK(routes::statusOf(Fault::RequestLineTooLong) == 414);
  CHECK(routes::statusOf(Fault::UnknownExpectation) == 417);
  CHECK(routes::statusOf(Fault::HeadTooLarge) == 431);
  CHECK(routes::statusOf(Fault::UnknownCoding) == 501);
  CHECK(routes::statusOf(Fault::MemoryShort) == 503);
  CHECK(routes::statusOf(Fault::UnknownVersion) == 505);
  CHECK(routes::refusalPage(Fault::AsteriskWithoutOptions).header("Allow") == "OPTIONS");
  CHECK(routes::refusalPage(Fault::MemoryShort).header("Retry-After") == "10");
}

}  // namespace
}  // namespace ropewalk::http::test
