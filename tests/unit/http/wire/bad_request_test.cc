#include <doctest/doctest.h>

#include "unit/http/wire/bad_requests.h"
#include "unit/http/wire/reading.h"

namespace ropewalk::http::test {
namespace {

constexpr int kRandomCuts = 20;

TEST_CASE(
    "every malformed request is refused with its status, and nothing after it is read "
    "[H1.7] [H1.8] [H1.9] [H1.10] [H1.11] [H1.12] [H1.14] [H1.15] [H1.16] [H1.17] [H1.19] "
    "[H1.20] [H1.21] [H1.22] [H1.23] [H1.25] [H1.26] [H1.31]") {
  const auto requests = badRequests();
  CHECK(requests.size() >= 400);
  for (const BadRequest& request : requests) {
    CAPTURE(request.what);
    const std::string told = story(request.wire);
    CHECK(refusalOf(request.wire) == request.status);
    CHECK(told.find("/evil") == std::string::npos);
  }
}

TEST_CASE("a malformed request is refused in the same way however it is cut [H1.2]") {
  std::uint32_t seed = 1;
  for (const BadRequest& request : badRequests()) {
    CAPTURE(request.what);
    const std::string whole = story(request.wire);
    CHECK(story(singleBytes(request.wire)) == whole);
    bool same = true;
    for (const Pieces& pieces : randomSplits(request.wire, ++seed, kRandomCuts)) {
      same = same && story(pieces) == whole;
    }
    CHECK(same);
  }
}

}  // namespace
}  // namespace ropewalk::http::test
