// What the access log says of answers that do not leave whole.

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "ropewalk/promise.h"
#include "support/captured_log.h"
#include "unit/http/served.h"

namespace ropewalk::http::test {
namespace {

using ropewalk::test::QuietLog;

constexpr std::size_t kBig = 60'000;

// `/big` has kBig bytes, `/small` five; `/stream` writes five, and five more when it may go on.
struct Logged {
  Logged() {
    Router router;
    router.get("/big", [](Request&) { return Response::text(std::string(kBig, 'b')); });
    router.get("/small", [](Request&) { return Response::text("small"); });
    router.get("/stream", [this](Request&) {
      return Response::stream("text/plain", 10, [this](BodyWriter& out) -> Deferred<void> {
        out.write("12345");
        co_await gate.deferred();
        out.write("67890");
      });
    });
    SiteOptions options = atOneMoment();
    options.accessLog = [this](std::string_view line) {
      const std::size_t status = line.find("\" 200 ") + 6;
      sizes += std::string(line.substr(line.find("GET "), line.find(" HTTP") - line.find("GET ")));
      sizes += " " + std::string(line.substr(status, line.find(' ', status) - status)) + "; ";
    };
    served.emplace(std::move(router), std::move(options));
  }

  sim::StringTransport& transport() { return served->transport; }

  Promise<void> gate;
  std::string sizes;
  std::optional<Served> served;
};

TEST_CASE("an answer is in the access log once all of it has left [HR17]") {
  Logged site;
  site.transport().setRoom(1'000);
  site.served->get("/big");
  CHECK(site.sizes == "");
  site.transport().setRoom(1'000'000);
  CHECK(site.sizes == "GET /big 60000; ");
  site.served->get("/small");
  CHECK(site.sizes == "GET /big 60000; GET /small 5; ");
}

TEST_CASE("of an answer that breaks off the access log says how much was sent [HR17]") {
  Logged site;
  SUBCASE("in the middle of the last one") {
    const std::size_t head = [&] {
      Logged other;
      return other.served->get("/big").size() - kBig;
    }();
    site.transport().setRoom(head + 1'000);
    site.served->get("/big");
    site.transport().peerResets();
    CHECK(site.sizes == "GET /big 1000; ");
  }
  SUBCASE("when the one behind it has not left at all") {
    site.transport().setRoom(50'000);
    site.served->get("/small");
    site.served->get("/big");
    site.served->get("/small");
    site.transport().peerResets();
    CHECK(site.sizes.starts_with("GET /small 5; GET /big 49"));
    CHECK(site.sizes.ends_with("; GET /small 0; "));
  }
  SUBCASE("when it was still written") {
    const QuietLog quiet;
    site.served->get("/stream");
    CHECK(site.sizes == "");
    site.transport().peerResets();
    CHECK(site.sizes == "GET /stream 5; ");
  }
  SUBCASE("when the body is shorter than promised") {
    const QuietLog quiet;
    site.served->get("/stream");
    { const auto dropped = std::move(site.gate); }
    CHECK(site.transport().isAborted());
    CHECK(site.sizes == "GET /stream 5; ");
  }
}

}  // namespace
}  // namespace ropewalk::http::test
