#include "http/server/read_ahead.h"

#include <doctest/doctest.h>

#include <string>

#include "support/split.h"

namespace ropewalk::http::test {
namespace {

const std::string kRequest = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

TEST_CASE("the requests that wait are counted, however they came [H1.38]") {
  ropewalk::test::forEverySplit(kRequest + kRequest + "GET /", [](const auto& pieces) {
    server::ReadAhead ahead;
    for (const std::string_view piece : pieces) ahead.append(piece);
    CHECK(ahead.heads() == 2);
    CHECK(ahead.bytes() == kRequest + kRequest + "GET /");
  });
}

TEST_CASE("what was taken is forgotten, and no longer counted [H1.38]") {
  server::ReadAhead ahead;
  for (int i = 0; i < 10; ++i) ahead.append(kRequest);
  for (int left = 9; left >= 0; --left) {
    ahead.take(kRequest.size());
    CHECK(ahead.bytes().size() == static_cast<std::size_t>(left) * kRequest.size());
    CHECK(ahead.heads() >= static_cast<std::size_t>(left));
  }
  CHECK(ahead.heads() == 0);
}

}  // namespace
}  // namespace ropewalk::http::test
