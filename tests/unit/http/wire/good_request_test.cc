#include <doctest/doctest.h>

#include "unit/http/wire/good_requests.h"
#include "unit/http/wire/reading.h"

namespace ropewalk::http::test {
namespace {

TEST_CASE(
    "every odd but valid request is understood [H1.1] [H1.3] [H1.4] [H1.5] [H1.6] [H1.11] [H1.18] "
    "[H1.24] [H1.29] [H1.32] [H1.36]") {
  const auto requests = goodRequests();
  CHECK(requests.size() >= 150);
  for (const GoodRequest& request : requests) {
    CAPTURE(request.wire);
    CHECK(story(request.wire) == request.story);
  }
}

TEST_CASE("a valid request is understood in the same way however it is cut [H1.2]") {
  constexpr std::size_t kLong = 2'000;  // longer ones are not cut at every place
  std::uint32_t seed = 1;
  for (const GoodRequest& request : goodRequests()) {
    CAPTURE(request.wire);
    bool same = true;
    const auto check = [&](const Pieces& pieces) { same = same && story(pieces) == request.story; };
    if (request.wire.size() < kLong) forEverySplit(request.wire, check);
    for (const Pieces& pieces : randomSplits(request.wire, ++seed, 200)) check(pieces);
    CHECK(same);
  }
}

}  // namespace
}  // namespace ropewalk::http::test
