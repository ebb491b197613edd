#include "chat/name.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "ropewalk/chat/room.h"

using namespace ropewalk::chat;

namespace {

NameFault fault(std::string_view name) { return faultOf(name, 32); }

}  // namespace

TEST_CASE("a name is 1 to 32 letters, digits, - and _ [K2]") {
  CHECK(fault("a") == NameFault::None);
  CHECK(fault("Bob_the-2nd") == NameFault::None);
  CHECK(fault(std::string(32, 'x')) == NameFault::None);
  CHECK(fault("") == NameFault::Malformed);
  CHECK(fault(std::string(33, 'x')) == NameFault::Malformed);
}

TEST_CASE("a name has no byte that could look like something else [K2]") {
  for (int byte = 0; byte < 256; ++byte) {
    const char letter = static_cast<char>(byte);
    const bool isAllowed = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                           (byte >= '0' && byte <= '9') || byte == '-' || byte == '_';
    CHECK((fault(std::string("b") + letter) == NameFault::None) == isAllowed);
  }
}

TEST_CASE("names of the server are nobody's, in whatever case [K2]") {
  for (const char* name : {"admin", "Admin", "SERVER", "root", "system", "you"}) {
    CHECK(fault(name) == NameFault::Reserved);
  }
  CHECK(fault("administrators") == NameFault::None);
}

TEST_CASE("names that differ in the case of ASCII letters only are the same [K2]") {
  const NameOrder isBefore;
  const auto isSame = [&](std::string_view left, std::string_view right) {
    return !isBefore(left, right) && !isBefore(right, left);
  };
  CHECK(isSame("Bob", "bOB"));
  CHECK_FALSE(isSame("bob", "bo"));
  CHECK_FALSE(isSame("a-b", "a_b"));
  CHECK_FALSE(isSame("a[", "a{"));  // not folded, as some tables of IRC do
  CHECK(isBefore("Alice", "bob"));
  CHECK(isBefore("alice", "Bob"));
}
