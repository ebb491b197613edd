#include "ropewalk/http/text.h"

#include <doctest/doctest.h>

namespace ropewalk::http::test {
namespace {

TEST_CASE("text in a page can be neither markup nor the end of an attribute [WS8]") {
  CHECK(escapeHtml("<a href=\"x\" b='y'>&</a>") ==
        "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;&lt;/a&gt;");
  CHECK(escapeHtml("plain \xe2\x82\xac") == "plain \xe2\x82\xac");
  CHECK(escapeHtml("") == "");
}

TEST_CASE("every registered status has its phrase, any other says that it is unknown [HR16]") {
  CHECK(reasonPhrase(100) == "Continue");
  CHECK(reasonPhrase(200) == "OK");
  CHECK(reasonPhrase(404) == "Not Found");
  CHECK(reasonPhrase(405) == "Method Not Allowed");
  CHECK(reasonPhrase(418) == "I'm a teapot");
  CHECK(reasonPhrase(511) == "Network Authentication Required");
  for (const int unknown : {0, 99, 299, 499, 512, 599, 999}) {
    CHECK(reasonPhrase(unknown) == "Unknown Status");
  }
}

TEST_CASE("a field name is written as it usually is [H1.18]") {
  CHECK(canonicalName("content-TYPE") == "Content-Type");
  CHECK(canonicalName("etag") == "ETag");
  CHECK(canonicalName("www-authenticate") == "WWW-Authenticate");
  CHECK(canonicalName("HOST") == "Host");
  CHECK(canonicalName("x-a1-b") == "X-A1-B");
  CHECK(canonicalName("te") == "TE");
  CHECK(canonicalName("-") == "-");
}

}  // namespace
}  // namespace ropewalk::http::test
