#include "http/access_line.h"

#include <doctest/doctest.h>

#include <string>

#include "unit/http/served.h"

namespace ropewalk::http::test {
namespace {

TEST_CASE("each answered request gives one line in the combined format [HR17]") {
  std::string lines;
  SiteOptions options = atOneMoment();
  options.accessLog = [&lines](std::string_view line) { lines.append(line).append("\n"); };
  Served served(echoRouter(), std::move(options));
  served.get("/a", "Referer: http://r/\r\nUser-Agent: agent \"x\"\r\n");
  served.ask("POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi");
  served.ask("GET / HTTP/3.0\r\n\r\n");
  CHECK(lines ==
        "192.0.2.1 - - [06/Nov/1994:08:49:37 +0000] \"GET /a HTTP/1.1\" 200 7 \"http://r/\" "
        "\"agent \\x22x\\x22\"\n"
        "192.0.2.1 - - [06/Nov/1994:08:49:37 +0000] \"POST /b HTTP/1.1\" 200 10 \"-\" \"-\"\n"
        "192.0.2.1 - - [06/Nov/1994:08:49:37 +0000] \"-\" 505 " +
            lines.substr(lines.rfind("505 ") + 4));
}

TEST_CASE("nothing in a request can break or forge a line of the access log [HR17]") {
  const std::string line = accessLine({.peer = "",
                                       .time = WallTime(std::chrono::seconds(0)),
                                       .method = "GET",
                                       .target = "/a\"b\\c\r\nd\x1b\x7f\xff",
                                       .referer = "",
                                       .agent = std::string(5'000, '\n')});
  CHECK(line.starts_with(
      "- - - [01/Jan/1970:00:00:00 +0000] "
      "\"GET /a\\x22b\\x5cc\\x0d\\x0ad\\x1b\\x7f\\xff HTTP/1.1\" 0 0 \"-\" \"\\x0a"));
  CHECK(line.find('\n') == std::string::npos);
  CHECK(line.size() < 5'000);
}

}  // namespace
}  // namespace ropewalk::http::test
