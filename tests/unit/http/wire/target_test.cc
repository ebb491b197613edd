#include "http/wire/target.h"

#include <doctest/doctest.h>

#include <string>

#include "http/wire/query.h"

namespace ropewalk::http::test {
namespace {

TEST_CASE("a target is split into path and query, neither decoded [H1.1]") {
  const wire::Target target = wire::splitTarget("/a%20b?x=1&x=2&y=", {});
  CHECK(target.fault == wire::Fault::None);
  CHECK(target.form == wire::Target::Form::Origin);
  CHECK(target.path == "/a%20b");
  CHECK(target.query == "x=1&x=2&y=");
  CHECK(wire::splitTarget("/?a?b", {}).query == "a?b");
  CHECK(wire::splitTarget("/a?", {}).path == "/a");
}

TEST_CASE("an absolute target means the same resource as its path [H1.32]") {
  const wire::Target target = wire::splitTarget("http://h:81/a/b?c", {});
  CHECK(target.form == wire::Target::Form::Absolute);
  CHECK(target.authority == "h:81");
  CHECK(target.path == "/a/b");
  CHECK(target.query == "c");
  CHECK(wire::splitTarget("http://h", {}).path == "/");
  CHECK(wire::splitTarget("http://h?c", {}).path == "/");
  CHECK(wire::splitTarget("http://h?c", {}).query == "c");
}

TEST_CASE("an asterisk is no path") {
  CHECK(wire::splitTarget("*", {}).form == wire::Target::Form::Asterisk);
  CHECK(wire::splitTarget("/*", {}).form == wire::Target::Form::Origin);
}

TEST_CASE("the number of query parameters is limited") {
  Limits limits;
  limits.queryParameters = 3;
  CHECK(wire::splitTarget("/?a&b&c", limits).fault == wire::Fault::None);
  CHECK(wire::splitTarget("/?a&b&c&d", limits).fault == wire::Fault::TooManyParameters);
  CHECK(wire::splitTarget("/?&&a&&&b&c&", limits).fault == wire::Fault::None);
  CHECK(wire::splitTarget("/?&a=1&&b=2&c&d", limits).fault == wire::Fault::TooManyParameters);
  limits.queryParameters = 0;
  CHECK(wire::splitTarget("/", limits).fault == wire::Fault::None);
  CHECK(wire::splitTarget("/?&&&", limits).fault == wire::Fault::None);
  CHECK(wire::splitTarget("/?a", limits).fault == wire::Fault::TooManyParameters);
}

TEST_CASE("a path is decoded once [SF8]") {
  CHECK(wire::percentDecoded("") == "");
  CHECK(wire::percentDecoded("a%20b") == "a b");
  CHECK(wire::percentDecoded("%41%4a%4A") == "AJJ");
  CHECK(wire::percentDecoded("%2541") == "%41");
  CHECK(wire::percentDecoded("%252e%252e") == "%2e%2e");
  CHECK(wire::percentDecoded("a+b") == "a+b");
  CHECK(wire::percentDecoded("%e2%82%ac") == "\xe2\x82\xac");
  for (const char* broken : {"%", "%4", "a%", "%4g", "%g4", "%%41", "%-1", "% 1", "%00", "a%00b"}) {
    CAPTURE(broken);
    CHECK(!wire::percentDecoded(broken));
  }
}

TEST_CASE("query parameters are decoded once and keep their order [H1.1]") {
  const wire::Parameters expected = {
      {"x", "1"}, {"x", "2"}, {"y", ""}, {"z", ""}, {"a b", "c&d=e"}};
  CHECK(wire::parseQuery("x=1&x=2&y=&z&a+b=c%26d%3De") == expected);
  CHECK(wire::parseQuery("").empty());
  CHECK(wire::parseQuery("&&").empty());
  CHECK(wire::parseQuery("=1") == wire::Parameters{{"", "1"}});
  CHECK(wire::parseQuery("a=b=c") == wire::Parameters{{"a", "b=c"}});
  CHECK(wire::parseQuery("a=\\b&\\=%5c") == wire::Parameters{{"a", "\\b"}, {"\\", "\\"}});
  CHECK(wire::parseQuery("a=%2541") == wire::Parameters{{"a", "%41"}});
  CHECK(wire::parseQuery("a=%&b=%4&c=%zz&d=100%") ==
        wire::Parameters{{"a", "%"}, {"b", "%4"}, {"c", "%zz"}, {"d", "100%"}});
  CHECK(wire::parseQuery("a=%00") == wire::Parameters{{"a", std::string(1, '\0')}});
}

}  // namespace
}  // namespace ropewalk::http::test
