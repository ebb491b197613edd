#include "http/target.h"

#include <doctest/doctest.h>

#include <string>

#include "http/query.h"

namespace ropewalk::http::test {
namespace {

TEST_CASE("a target is split into path and query, neither decoded [H1.1]") {
  const Target target = splitTarget("/a%20b?x=1&x=2&y=", {});
  CHECK(!target.refusal);
  CHECK(target.form == Target::Form::Origin);
  CHECK(target.path == "/a%20b");
  CHECK(target.query == "x=1&x=2&y=");
  CHECK(splitTarget("/?a?b", {}).query == "a?b");
  CHECK(splitTarget("/a?", {}).path == "/a");
}

TEST_CASE("an absolute target means the same resource as its path [H1.32]") {
  const Target target = splitTarget("http://h:81/a/b?c", {});
  CHECK(target.form == Target::Form::Absolute);
  CHECK(target.authority == "h:81");
  CHECK(target.path == "/a/b");
  CHECK(target.query == "c");
  CHECK(splitTarget("http://h", {}).path == "/");
  CHECK(splitTarget("http://h?c", {}).path == "/");
  CHECK(splitTarget("http://h?c", {}).query == "c");
}

TEST_CASE("an asterisk is no path") {
  CHECK(splitTarget("*", {}).form == Target::Form::Asterisk);
  CHECK(splitTarget("/*", {}).form == Target::Form::Origin);
}

TEST_CASE("the number of query parameters is limited") {
  Limits limits;
  limits.queryParameters = 3;
  CHECK(!splitTarget("/?a&b&c", limits).refusal);
  CHECK(splitTarget("/?a&b&c&d", limits).refusal.status == 400);
  CHECK(!splitTarget("/?&&a&&&b&c&", limits).refusal);
  CHECK(splitTarget("/?&a=1&&b=2&c&d", limits).refusal.status == 400);
  limits.queryParameters = 0;
  CHECK(!splitTarget("/", limits).refusal);
  CHECK(!splitTarget("/?&&&", limits).refusal);
  CHECK(splitTarget("/?a", limits).refusal.status == 400);
}

TEST_CASE("a path is decoded once [SF8]") {
  CHECK(percentDecoded("") == "");
  CHECK(percentDecoded("a%20b") == "a b");
  CHECK(percentDecoded("%41%4a%4A") == "AJJ");
  CHECK(percentDecoded("%2541") == "%41");
  CHECK(percentDecoded("%252e%252e") == "%2e%2e");
  CHECK(percentDecoded("a+b") == "a+b");
  CHECK(percentDecoded("%e2%82%ac") == "\xe2\x82\xac");
  for (const char* broken : {"%", "%4", "a%", "%4g", "%g4", "%%41", "%-1", "% 1", "%00", "a%00b"}) {
    CAPTURE(broken);
    CHECK(!percentDecoded(broken));
  }
}

TEST_CASE("query parameters are decoded once and keep their order [H1.1]") {
  const Parameters expected = {{"x", "1"}, {"x", "2"}, {"y", ""}, {"z", ""}, {"a b", "c&d=e"}};
  CHECK(parseQuery("x=1&x=2&y=&z&a+b=c%26d%3De") == expected);
  CHECK(parseQuery("").empty());
  CHECK(parseQuery("&&").empty());
  CHECK(parseQuery("=1") == Parameters{{"", "1"}});
  CHECK(parseQuery("a=b=c") == Parameters{{"a", "b=c"}});
  CHECK(parseQuery("a=\\b&\\=%5c") == Parameters{{"a", "\\b"}, {"\\", "\\"}});
  CHECK(parseQuery("a=%2541") == Parameters{{"a", "%41"}});
  CHECK(parseQuery("a=%&b=%4&c=%zz&d=100%") ==
        Parameters{{"a", "%"}, {"b", "%4"}, {"c", "%zz"}, {"d", "100%"}});
  CHECK(parseQuery("a=%00") == Parameters{{"a", std::string(1, '\0')}});
}

}  // namespace
}  // namespace ropewalk::http::test
