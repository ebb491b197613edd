#include "chat/clean_text.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "support/guarded.h"

using namespace ropewalk;

namespace {

const std::string kBad = "\xEF\xBF\xBD";

// Cleaned from bytes that end at a page nobody may read.
std::string cleaned(std::string_view text) { return chat::cleanText(test::Guarded(text).bytes()); }

}  // namespace

TEST_CASE("cleanText leaves text alone, in whatever script") {
  for (const std::string_view text :
       {"", "hello, world ~", "gr\xC3\xBC\xC3\x9F dich", "\xE4\xBD\xA0\xE5\xA5\xBD",
        "\xF0\x9F\x98\x80!", "\xC2\xA0", "\xF4\x8F\xBF\xBF", "\xEF\xBB\xBFx"}) {
    CHECK(cleaned(text) == text);
  }
}

TEST_CASE("cleanText lets no C0 control character through [K4]") {
  for (int byte = 0; byte < 0x20; ++byte) {
    CHECK(cleaned({std::string("a") + static_cast<char>(byte) + "b"}) == "a?b");
  }
  CHECK(cleaned("\x7F") == "?");
  CHECK(cleaned("\x1B]52;c;aGk=\x07") == "?]52;c;aGk=?");
}

TEST_CASE("cleanText lets no C1 control character through, raw or as UTF-8 [K4]") {
  for (int byte = 0x80; byte < 0xA0; ++byte) {
    const std::string raw(1, static_cast<char>(byte));
    CHECK(cleaned("a" + raw + "b") == "a?b");
    CHECK(cleaned("a\xC2" + raw + "b") == "a?b");
  }
}

TEST_CASE("cleanText lets nothing through that breaks or turns a line [K4]") {
  CHECK(cleaned("a\xE2\x80\xA8"
                "b\xE2\x80\xA9"
                "c") == "a?b?c");
  for (const char* turn : {"\xE2\x80\xAA", "\xE2\x80\xAE", "\xE2\x81\xA6", "\xE2\x81\xA9",
                           "\xE2\x80\x8E", "\xE2\x80\x8F", "\xD8\x9C"}) {
    CHECK(cleaned(turn) == "?");
  }
  for (const char* beside :
       {"\xE2\x80\xA7\xE2\x80\xAF", "\xE2\x80\x8D\xE2\x80\x90", "\xD8\x9B\xD8\x9D"}) {
    CHECK(cleaned(beside) == beside);
  }
}

TEST_CASE("cleanText puts one U+FFFD for each piece that is no UTF-8 [K4]") {
  CHECK(cleaned("\xFF") == kBad);
  CHECK(cleaned("a\xC0\xAF") == "a" + kBad + kBad);  // overlong
  CHECK(cleaned("\xC3") == kBad);                    // cut off at the end
  CHECK(cleaned("\xC3x") == kBad + "x");             // cut off by another
  CHECK(cleaned("\xE2\x82") == kBad);
  CHECK(cleaned("\xE2\x82x") == kBad + "x");
  CHECK(cleaned("\xF0\x9F\x98") == kBad);
  CHECK(cleaned("\xF0\x9F\x98\xF0\x9F\x98\x80") == kBad + "\xF0\x9F\x98\x80");
  CHECK(cleaned("\xED\xA0\xA0") == kBad + kBad + kBad);            // a surrogate
  CHECK(cleaned("\xF4\x90\xBF\xBF") == kBad + "?" + kBad + kBad);  // behind U+10FFFF
  CHECK(cleaned("\xE0\x80\xA0") == kBad + "?" + kBad);
}

TEST_CASE(
    "cleanText gives clean text for every pair of bytes, and the same when given it again [K4]") {
  bool isClean = true;
  for (int pair = 0; pair < 0x10000; ++pair) {
    const std::string clean =
        chat::cleanText({std::string{static_cast<char>(pair >> 8), static_cast<char>(pair)}});
    isClean = isClean && chat::cleanText(clean) == clean;
  }
  CHECK(isClean);
}
