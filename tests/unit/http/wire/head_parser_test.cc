#include "http/wire/head_parser.h"

#include <doctest/doctest.h>

#include <string>

#include "support/guarded.h"
#include "support/split.h"

namespace ropewalk::http::test {
namespace {

using ropewalk::test::Guarded;
using ropewalk::test::Pieces;
using ropewalk::test::singleBytes;
using Result = wire::HeadParser::Result;

struct Parsing {
  Result feed(std::string_view bytes) {
    left = bytes;
    return parser.feed(left);
  }
  Result feedAll(const Pieces& pieces) {
    Result result = Result::NeedMore;
    for (const std::string_view piece : pieces) {
      if (result == Result::NeedMore) result = feed(piece);
    }
    return result;
  }

  Limits limits;
  wire::RequestHead head;
  wire::HeadParser parser{head, limits};
  std::string_view left;
};

bool lies(std::string_view inner, std::string_view outer) {
  return inner.data() >= outer.data() && inner.data() + inner.size() <= outer.data() + outer.size();
}

TEST_CASE("a head that comes whole is shown where it was received, without a copy") {
  const Guarded guarded("GET /a HTTP/1.1\r\nHost: h\r\n\r\nrest");
  Parsing parsing;
  REQUIRE(parsing.feed(guarded.bytes()) == Result::Complete);
  CHECK(parsing.left == "rest");
  CHECK(!parsing.head.isKept());
  CHECK(lies(parsing.head.method(), guarded.bytes()));
  CHECK(lies(parsing.head.target(), guarded.bytes()));
  CHECK(lies(parsing.head.field(0).value, guarded.bytes()));
}

TEST_CASE("a head that comes in pieces depends on none of them") {
  Parsing parsing;
  Guarded guarded("GET /a HTTP/1.1\r\nHo");
  REQUIRE(parsing.feed(guarded.bytes()) == Result::NeedMore);
  REQUIRE(parsing.feed(guarded.hold("st: h\r\n\r\nrest")) == Result::Complete);
  CHECK(parsing.left == "rest");
  guarded.hold("something else altogether");
  CHECK(parsing.head.method() == "GET");
  CHECK(parsing.head.target() == "/a");
  CHECK(parsing.head.find("host") == "h");
}

TEST_CASE("a head can be kept when the bytes it came in go away") {
  Guarded guarded("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
  Parsing parsing;
  REQUIRE(parsing.feed(guarded.bytes()) == Result::Complete);
  parsing.head.keep(guarded.bytes());
  guarded.hold("gone");
  CHECK(parsing.head.target() == "/a");
  CHECK(parsing.head.find("HOST") == "h");
  CHECK(!parsing.head.find("hos"));
}

TEST_CASE("the request line may have exactly as many bytes as its limit, CRLF included [H1.27]") {
  Parsing parsing;
  parsing.limits.requestLine = 20;  // GET /12345 HTTP/1.1 and CRLF are 21
  CHECK(parsing.feed("GET /1234 HTTP/1.1\r\n\r\n") == Result::Complete);
  for (const bool whole : {true, false}) {
    Parsing longer;
    longer.limits.requestLine = 20;
    const std::string_view wire = "GET /12345 HTTP/1.1\r\n\r\n";
    CHECK(longer.feedAll(whole ? Pieces{wire} : singleBytes(wire)) == Result::Bad);
    CHECK(longer.parser.fault() == wire::Fault::RequestLineTooLong);
  }
}

TEST_CASE("the head may have exactly as many bytes as its limit [H1.28]") {
  const std::string_view wire = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  for (const bool whole : {true, false}) {
    CAPTURE(whole);
    const Pieces pieces = whole ? Pieces{wire} : singleBytes(wire);
    Parsing fitting;
    fitting.limits.head = wire.size();
    CHECK(fitting.feedAll(pieces) == Result::Complete);
    for (std::size_t limit = 16; limit < wire.size(); ++limit) {
      CAPTURE(limit);
      Parsing tight;
      tight.limits.head = limit;
      CHECK(tight.feedAll(pieces) == Result::Bad);
      CHECK(tight.parser.fault() == wire::Fault::HeadTooLarge);
    }
  }
}

TEST_CASE("no limit lets a head grow past what can be addressed") {
  Parsing parsing;
  parsing.limits.head = 1'000'000;
  parsing.limits.requestLine = 1'000'000;
  CHECK(parsing.feed("GET /" + std::string(70'000, 'a') + " HTTP/1.1\r\n\r\n") == Result::Bad);
  CHECK(parsing.parser.fault() == wire::Fault::RequestLineTooLong);
}

TEST_CASE("a line that never ends is refused as soon as it is too long, not kept [H1.27]") {
  Parsing parsing;
  CHECK(parsing.feed("GET /") == Result::NeedMore);
  const std::string more(1'000, 'a');
  std::size_t fed = 5;
  while (parsing.feed(more) == Result::NeedMore) fed += more.size();
  CHECK(fed < parsing.limits.requestLine);
  CHECK(parsing.head.keptBytes().size() <= parsing.limits.requestLine);
  CHECK(parsing.parser.fault() == wire::Fault::RequestLineTooLong);
}

TEST_CASE("as many fields as the limit are accepted, and no more [H1.28]") {
  for (const std::size_t fields : {0U, 1U, 32U, 33U, 100U, 101U}) {
    CAPTURE(fields);
    std::string wire = "GET / HTTP/1.1\r\n";
    for (std::size_t i = 0; i < fields; ++i) wire += "X: " + std::to_string(i) + "\r\n";
    wire += "\r\n";
    Parsing parsing;
    const bool fits = fields <= 100;
    REQUIRE(parsing.feed(wire) == (fits ? Result::Complete : Result::Bad));
    if (!fits) {
      CHECK(parsing.parser.fault() == wire::Fault::TooManyFields);
      continue;
    }
    REQUIRE(parsing.head.fieldCount() == fields);
    for (std::size_t i = 0; i < fields; ++i) {
      CHECK(parsing.head.field(i).value == std::to_string(i));
    }
  }
}

TEST_CASE("a head has begun with the first byte that is not of the CRLF before it [H1.29]") {
  Parsing parsing;
  CHECK(parsing.feed("\r") == Result::NeedMore);
  CHECK(!parsing.parser.hasBegun());
  CHECK(parsing.feed("\n") == Result::NeedMore);
  CHECK(!parsing.parser.hasBegun());
  CHECK(parsing.feed("G") == Result::NeedMore);
  CHECK(parsing.parser.hasBegun());
}

TEST_CASE("a second CRLF before the request line is an error of its own [H1.29]") {
  Parsing parsing;
  CHECK(parsing.feed("\r\n\r\n") == Result::Bad);
  CHECK(std::string(wordsFor(parsing.parser.fault())) == "an empty request line");
}

TEST_CASE("what is wrong with a head is said in words") {
  const auto whyOf = [](std::string_view wire) {
    Parsing parsing;
    CHECK(parsing.feed(wire) == Result::Bad);
    return std::string(wordsFor(parsing.parser.fault()));
  };
  CHECK(whyOf("GET / HTTP/1.1\n") == "the request line ends in a bare LF");
  CHECK(whyOf("GET / HTTP/1.1\r\nX\r\n") == "a header line without a colon");
  CHECK(whyOf("GET / HTTP/1.1\r\nX : a\r\n") == "a blank before the colon of a header field");
  CHECK(whyOf("GET / HTTP/1.1\r\nX: a\r\n b\r\n") == "a header line starts with a blank");
}

}  // namespace
}  // namespace ropewalk::http::test
