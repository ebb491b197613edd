#pragma once

// Ranges (RFC 9110 14): rules SF2 to SF6.
//
// Test cases, for a test that has said which Feed they are to hold on.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "unit/http/sample_routers.h"

namespace ropewalk::http::test {
namespace {

constexpr const char* kText = "Content-Type: text/plain; charset=utf-8\r\n";

Response hello() { return Response::text("hello world").allowRanges(); }

std::string range(const std::string& value) { return "Range: " + value + "\r\n"; }

std::string partAnswer(const std::string& place, const std::string& body) {
  return told("206 Partial Content",
              kText + ("Content-Length: " + std::to_string(body.size())) +
                  "\r\nAccept-Ranges: bytes\r\nContent-Range: bytes " + place + "\r\n",
              body);
}

TEST_CASE("one range is answered with that part of the body [SF2] [SF6]") {
  Feed served(routerOf(hello));
  CHECK(served.get("/", range("bytes=0-4")) == partAnswer("0-4/11", "hello"));
  CHECK(served.get("/", range("bytes=6-")) == partAnswer("6-10/11", "world"));
  CHECK(served.get("/", range("bytes=-3")) == partAnswer("8-10/11", "rld"));
  CHECK(served.get("/", range("bytes=0-100")) == partAnswer("0-10/11", "hello world"));
  CHECK(served.get("/", range("bytes=-100")) == partAnswer("0-10/11", "hello world"));
  CHECK(served.mayAskAgain());
}

TEST_CASE("a range that the body does not have is 416, with its size [SF3]") {
  Feed served(routerOf(hello));
  for (const char* asked : {"bytes=100-", "bytes=-0", "bytes=11-,20-30"}) {
    CAPTURE(asked);
    CHECK(served.get("/", range(asked)) ==
          told("416 Range Not Satisfiable", "Content-Length: 0\r\nContent-Range: bytes */11\r\n",
               ""));
  }
}

TEST_CASE("a Range that is malformed, foreign or there twice is ignored [SF4]") {
  Feed served(routerOf(hello));
  const std::string whole =
      told("200 OK", kText + std::string("Content-Length: 11\r\nAccept-Ranges: bytes\r\n"),
           "hello world");
  CHECK(served.get("/") == whole);
  for (const char* asked : {"bytes=5-1", "lines=0-4", "", "bytes=0-4,"}) {
    CAPTURE(asked);
    const bool isGood = std::string_view(asked).ends_with(',');
    CHECK(served.get("/", range(asked)) == (isGood ? partAnswer("0-4/11", "hello") : whole));
  }
  CHECK(served.get("/", range("bytes=0-4") + range("bytes=0-4")) == whole);
}

TEST_CASE("several ranges are answered with one body of parts [SF5]") {
  Feed served(routerOf(hello));
  const std::string answer = served.get("/", range("bytes=0-1,5-6,-1"));
  CHECK(toldStatus(answer) == "206 Partial Content");
  CHECK(toldValue(answer, "Content-Range") == "");
  const std::string type = toldValue(answer, "Content-Type");
  const std::string start = "multipart/byteranges; boundary=\"";
  REQUIRE(type.starts_with(start));
  const std::string boundary = type.substr(start.size(), type.size() - start.size() - 1);
  const std::string head = "\r\n--" + boundary +
                           "\r\nContent-Type: text/plain; charset=utf-8\r\n"
                           "Content-Range: bytes ";
  CHECK(toldBody(answer) == head + "0-1/11\r\n\r\nhe" + head + "5-6/11\r\n\r\n w" + head +
                                "10-10/11\r\n\r\nd\r\n--" + boundary + "--\r\n");
  CHECK(toldValue(answer, "Content-Length") == std::to_string(toldBody(answer).size()));
  CHECK(served.mayAskAgain());
  CHECK(toldBody(served.get("/")) == "hello world");
  served.advance(std::chrono::nanoseconds(1));
  CHECK(toldValue(served.get("/", range("bytes=0-1,5-6")), "Content-Type") != type);
}

TEST_CASE("if only one of several ranges is there, it is answered as one [SF2]") {
  Feed served(routerOf(hello));
  CHECK(served.get("/", range("bytes=20-,0-4")) == partAnswer("0-4/11", "hello"));
}

TEST_CASE("parts of bytes of every kind come out right, whatever their size [SF5]") {
  static std::string text;
  text.clear();
  for (int i = 0; i < 300'000; ++i) text += static_cast<char>('a' + i % 23);
  const auto owned = [] { return Response::bytes(text).allowRanges(); };
  const auto shared = [] { return Response::bytes(SharedBytes(text)).allowRanges(); };
  for (Response (*make)() : {+owned, +shared}) {
    Feed served(routerOf(make));
    CHECK(toldBody(served.get("/", range("bytes=1000-200000"))) == text.substr(1000, 199'001));
    const std::string several =
        toldBody(served.get("/", range("bytes=5-99999,150000-290000,120000-120000")));
    CHECK(several.find("5-99999/300000\r\n\r\n" + text.substr(5, 99'995) + "\r\n--") !=
          std::string::npos);
    CHECK(several.find("150000-290000/300000\r\n\r\n" + text.substr(150'000, 140'001) + "\r\n--") !=
          std::string::npos);
  }
}

TEST_CASE("a slow client gets one part after the other, and little is kept for it") {
  static const std::string text(9'000'000, 'x');
  Feed served(routerOf([] { return Response::bytes(SharedBytes(text)).allowRanges(); }));
  served.setRoom(0);
  served.get("/", range("bytes=0-2999999,3000000-5999999,6000000-8999999"));
  CHECK(served.unsent() < 3'001'000);
  served.setRoom(3'500'000);
  CHECK(served.unsent() < 3'001'000);
  served.setRoom(100'000'000);
  CHECK(served.takeTold().size() > 9'000'000);
  CHECK(!served.hasProducer());
}

TEST_CASE("only GET has ranges, and only where they are allowed") {
  Feed served(routerOf(hello));
  CHECK(served.send("HEAD", "/", "Range: bytes=0-4\r\n") ==
        told("200 OK", kText + std::string("Content-Length: 11\r\nAccept-Ranges: bytes\r\n"), ""));
  CHECK(toldBody(served.send("POST", "/", "Range: bytes=0-4\r\n")) == "hello world");
  Feed plain(routerOf([] { return Response::text("hello world"); }));
  CHECK(plain.get("/", range("bytes=0-4")) == toldText("hello world"));
  Feed failed(routerOf([] { return hello().setStatus(404); }));
  CHECK(toldBody(failed.get("/", range("bytes=0-4"))) == "hello world");
  Feed streamed(routerOf([] {
    return Response::stream("text/plain", 5,
                            [](BodyWriter& out) {
                              out.write("hello");
                              return succeed();
                            })
        .allowRanges();
  }));
  CHECK(toldBody(streamed.get("/", range("bytes=0-1"))) == "hello");
}

TEST_CASE("as many ranges as the limits allow are answered, with more the whole body is") {
  Feed served(routerOf(hello), Limits{.ranges = 2});
  CHECK(toldStatus(served.get("/", range("bytes=0-0,2-2"))) == "206 Partial Content");
  CHECK(toldBody(served.get("/", range("bytes=0-0,2-2,4-4"))) == "hello world");
  CHECK(toldStatus(served.get("/", range("bytes=0-5,6-10"))) == "206 Partial Content");
  CHECK(toldBody(served.get("/", range("bytes=0-5,5-10"))) == "hello world");
}

TEST_CASE("If-Range: the part if it is of the same state, else the whole") {
  Feed served(routerOf(
      [] { return hello().setETag("abc").setLastModified(kNow - std::chrono::seconds(1)); }));
  const auto bodyFor = [&](const std::string& condition) {
    return toldBody(served.get("/", range("bytes=0-4") + "If-Range: " + condition + "\r\n"));
  };
  CHECK(bodyFor("\"abc\"") == "hello");
  CHECK(bodyFor("Sun, 06 Nov 1994 08:49:36 GMT") == "hello");
  for (const char* other : {"\"x\"", "W/\"abc\"", "\"abc\", \"x\"", "*", "abc", "",
                            "Sun, 06 Nov 1994 08:49:35 GMT", "Sun, 06 Nov 1994 08:49:37 GMT"}) {
    CAPTURE(other);
    CHECK(bodyFor(other) == "hello world");
  }
  CHECK(bodyFor("\"abc\"\r\nIf-Range: \"abc\"") == "hello world");
  // What changes now may have been something else a moment ago, at the same date.
  Feed changing(routerOf([] { return hello().setLastModified(kNow); }));
  CHECK(toldBody(changing.get(
            "/", range("bytes=0-4") + "If-Range: Sun, 06 Nov 1994 08:49:37 GMT\r\n")) ==
        "hello world");
  CHECK(toldStatus(served.get("/", range("bytes=99-") + "If-Range: \"x\"\r\n")) == "200 OK");
  CHECK(toldStatus(served.get("/", "If-Range: \"x\"\r\n")) == "200 OK");
}

TEST_CASE("conditions go before ranges") {
  Feed served(routerOf([] { return hello().setETag("abc"); }));
  CHECK(toldStatus(served.get("/", range("bytes=0-4") + "If-None-Match: \"abc\"\r\n")) ==
        "304 Not Modified");
  CHECK(toldStatus(served.get("/", range("bytes=99-") + "If-Match: \"x\"\r\n")) ==
        "412 Precondition Failed");
  CHECK(toldBody(served.get("/", range("bytes=0-4") + "If-Match: \"abc\"\r\n")) == "hello");
}

}  // namespace
}  // namespace ropewalk::http::test
