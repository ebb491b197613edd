#include "ropewalk/http/field_list.h"

#include <doctest/doctest.h>

#include <string>

namespace ropewalk::http::test {
namespace {

std::string shown(const FieldList& fields) {
  std::string text;
  fields.forEach([&text](std::string_view name, std::string_view value) {
    text.append(name).append("=").append(value).append(" ");
  });
  return text;
}

TEST_CASE("fields are kept in their order, several of one name as well") {
  FieldList fields;
  CHECK(shown(fields) == "");
  fields.add("X-A", "1");
  fields.add("X-B", "");
  fields.add("x-a", "a: b");
  CHECK(shown(fields) == "X-A=1 X-B= x-a=a: b ");
  CHECK(fields.lines() == "X-A: 1\r\nX-B: \r\nx-a: a: b\r\n");
  CHECK(fields.find("x-A") == "1");
  CHECK(fields.find("X-B") == "");
  CHECK(!fields.find("X"));
}

TEST_CASE("a field that is set takes the place of all of its name, and of no other") {
  FieldList fields;
  for (const char* name : {"A", "Ab", "a", "B"}) fields.add(name, "1");
  fields.set("a", "2");
  CHECK(shown(fields) == "Ab=1 B=1 a=2 ");
  fields.remove("AB");
  CHECK(shown(fields) == "B=1 a=2 ");
}

TEST_CASE("a field can be made of what is in the list already") {
  FieldList fields;
  fields.add("A", "one");
  fields.add("B", "two");
  fields.set("A", *fields.find("B"));
  CHECK(shown(fields) == "B=two A=two ");
}

}  // namespace
}  // namespace ropewalk::http::test
