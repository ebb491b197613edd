#pragma once

// Conditional requests (RFC 9110 13): rules HR11 and HR12.
//
// Test cases, for a test that has said which Feed they are to hold on.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "unit/http/sample_routers.h"

namespace ropewalk::http::test {
namespace {

constexpr const char* kBefore = "Sun, 06 Nov 1994 08:49:36 GMT";
constexpr const char* kThen = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr const char* kAfter = "Sun, 06 Nov 1994 08:49:38 GMT";

Response dated() { return Response::text("body").setLastModified(kNow); }

std::string field(const std::string& name, const std::string& value) {
  return name + ": " + value + "\r\n";
}

int statusFor(Feed& served, const std::string& fields, const std::string& method = "GET") {
  return std::stoi(served.send(method, "/", fields));
}

TEST_CASE("If-None-Match finds a tag with a comma in it, and one in a second field [HR12]") {
  Feed served(routerOf([] { return dated().setETag("a,b"); }));
  CHECK(statusFor(served, field("If-None-Match", "\"x\", \"a,b\"")) == 304);
  CHECK(statusFor(served, field("If-None-Match", "\"a\", \"b\"")) == 200);
  CHECK(statusFor(served, field("If-None-Match", "\"x\"") + field("if-none-match", "\"a,b\"")) ==
        304);
}

TEST_CASE("If-None-Match: * names whatever there is, with a tag or without [HR11]") {
  Feed served(routerOf([] { return dated(); }));
  CHECK(statusFor(served, field("If-None-Match", "*")) == 304);
  CHECK(statusFor(served, field("If-None-Match", "\"x\"")) == 200);
}

TEST_CASE("If-Match compares strongly and answers 412 if nothing matches") {
  Feed served(routerOf([] { return dated().setETag("abc"); }));
  for (const char* tags : {"\"abc\"", "\"x\", \"abc\"", "*"}) {
    CAPTURE(tags);
    CHECK(statusFor(served, field("If-Match", tags)) == 200);
    CHECK(statusFor(served, field("If-Match", tags), "HEAD") == 200);
  }
  for (const char* tags : {"\"x\"", "W/\"abc\"", "abc", ""}) {
    CAPTURE(tags);
    CHECK(statusFor(served, field("If-Match", tags)) == 412);
    CHECK(statusFor(served, field("If-Match", tags), "HEAD") == 412);
  }
  CHECK(statusFor(served, field("If-Match", "\"x\"") + field("If-Match", "\"abc\"")) == 200);
}

TEST_CASE("If-Unmodified-Since answers 412 if it was changed later") {
  Feed served(routerOf([] { return dated(); }));
  CHECK(statusFor(served, field("If-Unmodified-Since", kBefore)) == 412);
  CHECK(statusFor(served, field("If-Unmodified-Since", kThen)) == 200);
  CHECK(statusFor(served, field("If-Unmodified-Since", kAfter)) == 200);
  CHECK(statusFor(served, field("If-Unmodified-Since", "once")) == 200);
  CHECK(statusFor(served, field("If-Unmodified-Since", kBefore) +
                              field("If-Unmodified-Since", kBefore)) == 200);
}

TEST_CASE("conditions are looked at in the order of RFC 9110 13.2.2 [HR11]") {
  Feed served(routerOf([] { return dated().setETag("abc"); }));
  const std::string match = field("If-Match", "\"abc\"");
  const std::string unmodified = field("If-Unmodified-Since", kBefore);
  const std::string noneMatch = field("If-None-Match", "\"abc\"");
  const std::string noneMatchOther = field("If-None-Match", "\"x\"");
  const std::string modified = field("If-Modified-Since", kThen);
  CHECK(statusFor(served, match + unmodified) == 200);
  CHECK(statusFor(served, unmodified + noneMatch) == 412);
  CHECK(statusFor(served, match + noneMatch) == 304);
  CHECK(statusFor(served, match + modified) == 304);
  CHECK(statusFor(served, noneMatchOther + modified) == 200);
  CHECK(statusFor(served, field("If-Match", "\"x\"") + noneMatch) == 412);
}

TEST_CASE("an answer that is no success, or has no state, is sent whatever the conditions") {
  Feed plain(routerOf([] { return Response::text("x"); }));
  Feed failed(routerOf([] { return dated().setETag("abc").setStatus(404); }));
  for (const char* condition : {"If-Match", "If-None-Match"}) {
    const std::string asked =
        field(condition, std::string(condition) == "If-Match" ? "\"x\"" : "*");
    CHECK(statusFor(plain, asked) == 200);
    CHECK(statusFor(failed, asked) == 404);
  }
}

// Text that is written only over what the client has seen.
struct Page {
  Router router() {
    Router routes;
    routes.put("/", [this](Request& request) {
      const std::string tag = "v" + std::to_string(version);
      if (!request.conditionsHold({.tag = tag, .exists = version > 0})) return Response(412);
      ++version;
      return Response::text("written").setETag("v" + std::to_string(version));
    });
    return routes;
  }
  int version = 0;
};

TEST_CASE("a handler that changes something asks before it does [HR11]") {
  Page page;
  Feed served(page.router());
  CHECK(statusFor(served, field("If-Match", "*"), "PUT") == 412);
  CHECK(statusFor(served, field("If-None-Match", "*"), "PUT") == 200);
  CHECK(statusFor(served, field("If-None-Match", "*"), "PUT") == 412);
  CHECK(statusFor(served, field("If-Match", "\"v1\""), "PUT") == 200);
  CHECK(statusFor(served, field("If-Match", "\"v1\""), "PUT") == 412);
  CHECK(statusFor(served, field("If-None-Match", "\"v3\""), "PUT") == 200);
  CHECK(page.version == 3);
}

TEST_CASE("the conditions of a PUT are not held against the state that the PUT has made") {
  Feed served(routerOf([] { return dated().setETag("new"); }));
  for (const std::string& condition :
       {field("If-Match", "\"old\""), field("If-None-Match", "*"),
        field("If-None-Match", "\"new\""), field("If-Unmodified-Since", kBefore)}) {
    CAPTURE(condition);
    CHECK(statusFor(served, condition, "PUT") == 200);
    CHECK(statusFor(served, condition, "DELETE") == 200);
  }
}

TEST_CASE("what was changed after Date is said, and compared, as changed then") {
  Feed served(routerOf([] {
    return Response::text("body").allowRanges().setLastModified(kNow + std::chrono::hours(1));
  }));
  CHECK(served.get("/").find(field("Last-Modified", kThen)) != std::string::npos);
  CHECK(statusFor(served, field("If-Modified-Since", kBefore)) == 200);
  CHECK(statusFor(served, field("If-Modified-Since", kThen)) == 304);
  CHECK(statusFor(served, field("If-Unmodified-Since", kThen)) == 200);
  CHECK(statusFor(served, field("If-Unmodified-Since", kBefore)) == 412);
  const std::string range = field("Range", "bytes=0-1");
  CHECK(statusFor(served, range + field("If-Range", kThen)) == 200);  // it may change again
  CHECK(statusFor(served, range + field("If-Range", kBefore)) == 200);
}

TEST_CASE("If-Modified-Since is answered with 304 if nothing changed since [HR11] [SF10]") {
  Feed served(routerOf(dated));
  const std::string unchanged =
      told("304 Not Modified", "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n", "");
  const auto since = [&](const std::string& date) {
    return served.get("/", "If-Modified-Since: " + date + "\r\n");
  };
  CHECK(since("Sun, 06 Nov 1994 08:49:37 GMT") == unchanged);
  CHECK(since("Sunday, 06-Nov-94 08:49:38 GMT") == unchanged);
  CHECK(toldStatus(since("Sun, 06 Nov 1994 08:49:36 GMT")) == "200 OK");
  CHECK(toldStatus(since("yesterday")) == "200 OK");
  Router router;
  router.post("/", [](Request&) { return dated(); });
  Feed posted(std::move(router));
  CHECK(toldStatus(posted.send(
            "POST", "/", "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n")) == "200 OK");
  CHECK(toldStatus(since("Sun, 31 Feb 1994 08:49:37 GMT")) == "200 OK");
}

TEST_CASE("If-None-Match is a list, compares weakly, and goes before the date [HR11] [HR12]") {
  Router router;
  router.any("/", [](Request&) { return dated().setETag("abc"); });
  Feed served(std::move(router));
  for (const char* tags :
       {"\"abc\"", "*", "\"x\", \"abc\"", "\"abc\", \"x\"", "W/\"abc\"", "\"x\",W/\"abc\""}) {
    CAPTURE(tags);
    const std::string fields = "If-None-Match: " + std::string(tags) + "\r\n";
    CHECK(toldStatus(served.get("/", fields)) == "304 Not Modified");
    CHECK(toldStatus(served.send("HEAD", "/", fields)) == "304 Not Modified");
  }
  for (const char* tags : {"\"x\"", "abc", "", "\"abcd\""}) {
    CAPTURE(tags);
    const std::string answer =
        served.get("/", "If-None-Match: " + std::string(tags) +
                            "\r\nIf-Modified-Since: Sun, 06 Nov 2094 08:49:37 GMT\r\n");
    CHECK(toldStatus(answer) == "200 OK");
    CHECK(answer.find("ETag: \"abc\"\r\n") != std::string::npos);
  }
}

}  // namespace
}  // namespace ropewalk::http::test
