#include "ropewalk/http/text.h"

#include <doctest/doctest.h>

#include <sstream>

#include "http/mime_types.h"

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

TEST_CASE("the type of a file goes by its extension, whatever its case [SF1]") {
  const MimeTypes types;
  CHECK(types.of("page.html") == "text/html");
  CHECK(types.of("PAGE.HTML") == "text/html");
  CHECK(types.of("a.tar.gz") == "application/gzip");
  CHECK(types.of("notes.txt") == "text/plain");
  CHECK(types.of("app.js") == "text/javascript");
  for (const char* unknown : {"Makefile", "", ".", "a.", "a.unheard-of", "html"}) {
    CAPTURE(unknown);
    CHECK(types.of(unknown) == "application/octet-stream");
  }
}

TEST_CASE("a mime.types file adds types; what cannot be a type is left out") {
  MimeTypes types;
  std::istringstream file(
      "# a comment\n"
      "application/x-rope rope ropes # another\n"
      "text/html+rope HTML\n"
      "\n"
      "no-slash foo\n"
      "text/bad\x01type bar\n"
      "text/none\n");
  types.read(file);
  CHECK(types.of("a.rope") == "application/x-rope");
  CHECK(types.of("a.ropes") == "application/x-rope");
  CHECK(types.of("a.html") == "text/html+rope");
  CHECK(types.of("a.foo") == "application/octet-stream");
  CHECK(types.of("a.bar") == "application/octet-stream");
  CHECK(types.of("a.another") == "application/octet-stream");
}

TEST_CASE("the system's types include the built-in ones") {
  CHECK(MimeTypes::ofSystem().of("page.html") == "text/html");
  CHECK(MimeTypes::ofSystem().of("photo.jpeg") == "image/jpeg");
}

}  // namespace
}  // namespace ropewalk::http::test
