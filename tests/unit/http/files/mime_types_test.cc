#include "http/files/mime_types.h"

#include <doctest/doctest.h>

#include <sstream>

namespace ropewalk::http::test {
namespace {

TEST_CASE("the type of a file goes by its extension, whatever its case [SF1]") {
  const files::MimeTypes types;
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
  files::MimeTypes types;
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
  CHECK(files::MimeTypes::ofSystem().of("page.html") == "text/html");
  CHECK(files::MimeTypes::ofSystem().of("photo.jpeg") == "image/jpeg");
}

}  // namespace
}  // namespace ropewalk::http::test
