#include "http/files/byte_ranges.h"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <string_view>

#include "ropewalk/sim/random.h"

namespace ropewalk::http::test {
namespace {

// What is chosen of a body of `size` bytes: "whole", "nothing" or "first+size ...".
std::string chosen(const std::string& field, std::uint64_t size = 11, const Limits& limits = {}) {
  const files::RangeChoice choice = files::chooseRanges(field, size, limits);
  if (choice.kind == files::RangeChoice::Kind::Whole) return "whole";
  if (choice.kind == files::RangeChoice::Kind::Nothing) return "nothing";
  std::string text;
  for (const files::ByteRange& part : choice.parts) {
    text +=
        (text.empty() ? "" : " ") + std::to_string(part.first) + "+" + std::to_string(part.size);
  }
  return text;
}

// `count` ranges of one byte each, the first at `from`, each two further than the one before.
std::string singles(int count, int from = 0) {
  std::string field = "bytes=";
  for (int i = 0; i < count; ++i) {
    const std::string at = std::to_string(from + 2 * i);
    field += (i == 0 ? "" : ",") + at + "-" + at;
  }
  return field;
}

TEST_CASE("a range is cut to what the body has [SF2] [SF6]") {
  CHECK(chosen("bytes=0-4") == "0+5");
  CHECK(chosen("bytes=6-") == "6+5");
  CHECK(chosen("bytes=-3") == "8+3");
  CHECK(chosen("bytes=0-100") == "0+11");
  CHECK(chosen("bytes=-100") == "0+11");
  CHECK(chosen("bytes=10-10") == "10+1");
  CHECK(chosen("BYTES=0-0") == "0+1");
  CHECK(chosen("bytes= 0-0 ,\t2-2") == "0+1 2+1");
  CHECK(chosen("bytes=,,0-0,,") == "0+1");
  CHECK(chosen("bytes=007-008") == "7+2");
}

TEST_CASE("a range behind the end of the body is nothing [SF3]") {
  CHECK(chosen("bytes=11-") == "nothing");
  CHECK(chosen("bytes=100-") == "nothing");
  CHECK(chosen("bytes=11-11") == "nothing");
  CHECK(chosen("bytes=-0") == "nothing");
  CHECK(chosen("bytes=-0,11-,100-200") == "nothing");
  CHECK(chosen("bytes=0-", 0) == "nothing");
  CHECK(chosen("bytes=11-,0-0,-0") == "0+1");
}

TEST_CASE("what is no range of bytes is ignored [SF4]") {
  for (const char* field : {"",
                            "bytes",
                            "bytes=",
                            "bytes=,",
                            "bytes=-",
                            "bytes=5-1",
                            "bytes=100-50",
                            "bytes=a-b",
                            "bytes=1",
                            "bytes=1-2-3",
                            "bytes=--1",
                            "bytes=+1-2",
                            "bytes=1-+2",
                            "bytes=0x1-2",
                            "bytes=1 -2",
                            "bytes=1- 2",
                            "bytes 0-1",
                            "bytes =0-1",
                            "lines=0-1",
                            "bytesx=0-1",
                            "bytes=0-1;2-3",
                            "bytes=0-1,x",
                            "bytes=0-1,5-1"}) {
    CAPTURE(field);
    CHECK(chosen(field) == "whole");
  }
}

TEST_CASE("the end of an empty body is the whole of it") {
  CHECK(chosen("bytes=-5", 0) == "whole");
}

TEST_CASE("a position that no number can hold is behind every end [SF3]") {
  const std::string digits(300, '9');
  CHECK(chosen("bytes=9223372036854775808-") == "nothing");
  CHECK(chosen("bytes=18446744073709551616-18446744073709551617") == "nothing");
  CHECK(chosen("bytes=" + digits + "-") == "nothing");
  CHECK(chosen("bytes=5-" + digits) == "5+6");
  CHECK(chosen("bytes=-" + digits) == "0+11");
  CHECK(chosen("bytes=0-18446744073709551615", 1ULL << 62) == "0+4611686018427387904");
}

TEST_CASE("a field may have sixteen ranges and no more [SF5]") {
  CHECK(chosen(singles(16), 1000).starts_with("0+1 2+1 "));
  CHECK(chosen(singles(17), 1000) == "whole");
  CHECK(chosen(singles(17, 1000), 1000) == "whole");
  std::string attack = "bytes=0-";
  for (int i = 0; i < 1300; ++i) attack += ",0-";
  CHECK(chosen(attack, 1000) == "whole");
  CHECK(chosen(singles(3), 1000, {.ranges = 3}) == "0+1 2+1 4+1");
  CHECK(chosen(singles(4), 1000, {.ranges = 3}) == "whole");
  CHECK(chosen("bytes=0-0", 1000, {.ranges = 0}) == "whole");
}

TEST_CASE("ranges may add up to the size of the body and no more") {
  CHECK(chosen("bytes=0-4,5-10") == "0+5 5+6");
  CHECK(chosen("bytes=0-5,5-10") == "whole");
  CHECK(chosen("bytes=0-,0-0") == "whole");
  CHECK(chosen("bytes=0-10,11-") == "0+11");
}

TEST_CASE("two ranges of a field may overlap one before them and no more") {
  CHECK(chosen("bytes=0-9,5-14,12-20", 1000) == "0+10 5+10 12+9");
  CHECK(chosen("bytes=0-9,5-14,12-20,20-30", 1000) == "whole");
  CHECK(chosen("bytes=0-9,10-19,20-29,30-39", 1000) == "0+10 10+10 20+10 30+10");
  CHECK(chosen("bytes=20-29,10-20", 1000, {.overlappingRanges = 1}) == "20+10 10+11");
  CHECK(chosen("bytes=20-29,10-20", 1000, {.overlappingRanges = 0}) == "whole");
  CHECK(chosen("bytes=20-29,10-19", 1000, {.overlappingRanges = 0}) == "20+10 10+10");
}

TEST_CASE("whatever a Range asks for, the parts lie in the body and are no more than it") {
  constexpr std::array<std::string_view, 14> words = {
      "0", "1", "5", "10", "11", "99", "9223372036854775807", "18446744073709551616",
      "-", "-", ",", ",",  " ",  "x"};
  sim::Random random(1);
  int chosen = 0;
  for (int round = 0; round < 50'000; ++round) {
    std::string field = "bytes=";
    for (std::size_t left = random.between(1, 12); left > 0; --left) {
      field += words[static_cast<std::size_t>(random.below(words.size()))];
    }
    CAPTURE(field);
    const std::uint64_t size = random.chance(50) ? random.below(20) : random.below(1ULL << 62);
    const files::RangeChoice choice = files::chooseRanges(field, size, {});
    std::uint64_t left = size;
    bool isGood = choice.parts.size() <= 16;
    for (const files::ByteRange& part : choice.parts) {
      isGood = isGood && part.size > 0 && part.first < size && part.size <= size - part.first &&
               part.size <= left;
      left -= part.size;
    }
    REQUIRE(isGood);
    chosen += choice.kind == files::RangeChoice::Kind::Parts;
  }
  CHECK(chosen > 1'000);
}

}  // namespace
}  // namespace ropewalk::http::test
