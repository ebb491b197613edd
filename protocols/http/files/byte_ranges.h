#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "ropewalk/http/limits.h"

namespace ropewalk::http::files {

struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t size = 0;
};

// What is to be sent of a body for a `Range` field (RFC 9110 14.1.2, 14.2).
struct RangeChoice {
  enum class Kind : std::uint8_t {
    Whole,    // the field is to be ignored
    Parts,    // these, in the order in which they were asked for; at least one, none empty
    Nothing,  // it asks only for what the body does not have: 416
  };

  Kind kind = Kind::Whole;
  std::vector<ByteRange> parts;
};

// `field` against a body of `size` bytes.
//
// Ignored is a field that is malformed or of another unit than `bytes`, that has more ranges, or
// more of them overlapping, than `limits` allow, and one that asks for more bytes than there are.
RangeChoice chooseRanges(std::string_view field, std::uint64_t size, const Limits& limits);

}  // namespace ropewalk::http::files
