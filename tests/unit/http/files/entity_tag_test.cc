#include "http/files/entity_tag.h"

#include <doctest/doctest.h>

#include <string>

namespace ropewalk::http::test {
namespace {

std::string tagsIn(std::string_view list) {
  std::string tags;
  for (files::TagItems items(list); items.next();) {
    tags.append(items.item().isWeak ? "W(" : "(").append(items.item().text).append(")");
  }
  return tags;
}

TEST_CASE("a list of tags is read with its commas, blanks and weak ones [HR12]") {
  CHECK(tagsIn("\"a\"") == "(a)");
  CHECK(tagsIn("W/\"a\", \"b\"") == "W(a)(b)");
  CHECK(tagsIn(" \"a,b\" \t,\"c d\",, \"\"") == "(a,b)(c d)()");
  CHECK(tagsIn("\"a\" \"b\"") == "");
  CHECK(tagsIn("\"a\", b, \"c\"") == "(a)");
  CHECK(tagsIn("\"a\", \"b") == "(a)");
  CHECK(tagsIn("w/\"a\"") == "");
  CHECK(tagsIn("W/a") == "");
  CHECK(tagsIn("") == "");
  CHECK(tagsIn(",") == "");
}

}  // namespace
}  // namespace ropewalk::http::test
