#include "http/server/access_line.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "ropewalk/promise.h"
#include "support/captured_log.h"
#include "unit/http/served.h"

namespace ropewalk::http::test {
namespace {

using ropewalk::test::CapturedLog;

TEST_CASE("each answered request gives one line in the combined format [HR17]") {
  std::string lines;
  SiteOptions options = atOneMoment();
  options.accessLog = [&lines](std::string_view line) { lines.append(line).append("\n"); };
  Served served(echoRouter(), std::move(options));
  served.get("/a", "Referer: http://r/\r\nUser-Agent: agent \"x\"\r\n");
  served.ask("POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi");
  served.ask("GET /c HTTP/1.4\r\nHost: h\r\n\r\n");
  served.ask("GET / HTTP/3.0\r\n\r\n");
  CHECK(lines ==
        "192.0.2.1 - - [06/Nov/1994:08:49:37 +0000] \"GET /a HTTP/1.1\" 200 7 \"http://r/\" "
        "\"agent \\x22x\\x22\"\n"
        "192.0.2.1 - - [06/Nov/1994:08:49:37 +0000] \"POST /b HTTP/1.1\" 200 10 \"-\" \"-\"\n"
        "192.0.2.1 - - [06/Nov/1994:08:49:37 +0000] \"GET /c HTTP/1.4\" 200 7 \"-\" \"-\"\n"
        "192.0.2.1 - - [06/Nov/1994:08:49:37 +0000] \"-\" 505 " +
            lines.substr(lines.rfind("505 ") + 4));
}

// `/stream` answers at once with a body that is written when the test lets it.
struct LateBody {
  Served served() {
    Router router;
    const auto answer = [this](Request&) {
      return Response::stream("text/plain", 2, [this](BodyWriter& out) -> Deferred<void> {
        co_await gate.deferred();
        out.write(body);
      });
    };
    router.get("/stream", answer);
    router.post("/stream", answer).streamBody();
    router.get("/quick", [](Request&) { return Response::text("quick"); });
    SiteOptions options = atOneMoment();
    options.accessLog = [this](std::string_view line) { lines.append(line).append("\n"); };
    return {std::move(router), std::move(options)};
  }

  Promise<void> gate;
  std::string body = "ok";
  std::string lines;
};

constexpr const char* kLogged = "192.0.2.1 - - [06/Nov/1994:08:49:37 +0000] ";

TEST_CASE(
    "a streamed answer is logged with its own request, whatever came meanwhile [HR17] [C11]") {
  const std::string quick = std::string(kLogged) + "\"GET /quick HTTP/1.1\" 200 5 \"-\" \"-\"\n";
  const std::string agent = "User-Agent: a\r\n";
  SUBCASE("into the buffer that its head was in") {
    LateBody site;
    Served served = site.served();
    served.get("/stream", agent);
    served.get("/quick");
    site.gate.callback();
    served.transport.settle();
    CHECK(site.lines ==
          std::string(kLogged) + "\"GET /stream HTTP/1.1\" 200 2 \"-\" \"a\"\n" + quick);
  }
  SUBCASE("behind a head that had been read ahead") {
    LateBody site;
    Served served = site.served();
    served.get("/stream");
    served.get("/stream");
    std::exchange(site.gate, Promise<void>()).callback();
    served.get("/quick");
    site.gate.callback();
    served.transport.settle();
    const std::string line = std::string(kLogged) + "\"GET /stream HTTP/1.1\" 200 2 \"-\" \"-\"\n";
    CHECK(site.lines == line + line + quick);
  }
  SUBCASE("while the body of the request was thrown away") {
    LateBody site;
    Served served = site.served();
    served.ask("POST /stream HTTP/1.1\r\nHost: h\r\nContent-Length: 900\r\n\r\n");
    served.ask(std::string(900, 'x'));
    site.gate.callback();
    served.transport.settle();
    CHECK(site.lines == std::string(kLogged) + "\"POST /stream HTTP/1.1\" 200 2 \"-\" \"-\"\n");
  }
}

TEST_CASE("a stream that breaks off is reported with its own request [C11]") {
  const CapturedLog log;
  LateBody site;
  site.body = "";
  Served served = site.served();
  served.get("/stream");
  served.get("/quick");
  site.gate.callback();
  CHECK(log.has("GET /stream: ", "breaks off after 0 bytes", "less than the length promised"));
}

TEST_CASE("nothing in a request can break or forge a line of the access log [HR17]") {
  const std::string agent(5'000, '\n');
  const server::Access access = {.peer = "",
                                 .time = wire::WallTime(std::chrono::seconds(0)),
                                 .method = "GET",
                                 .target = "/a\"b\\c\r\nd\x1b\x7f\xff",
                                 .referer = "",
                                 .agent = agent};
  const std::string line = server::accessLine(access).withSize(0);
  CHECK(line.starts_with(
      "- - - [01/Jan/1970:00:00:00 +0000] "
      "\"GET /a\\x22b\\x5cc\\x0d\\x0ad\\x1b\\x7f\\xff HTTP/1.1\" 0 0 \"-\" \"\\x0a"));
  CHECK(line.find('\n') == std::string::npos);
  CHECK(line.size() < 5'000);
}

}  // namespace
}  // namespace ropewalk::http::test
