#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "http/files/byte_ranges.h"
#include "http/files/range_parts.h"
#include "ropewalk/http/response.h"

namespace ropewalk::http::files {

// Makes of a whole response the part that a Range field asks for (RFC 9110 14, 15.3.7, 15.5.17).
class PartialContent {
 public:
  // `response` becomes a 206 or a 416, or stays as it is if `range` is to be ignored. `salt` as in
  // ConditionalAnswer.
  static void cut(Response& response, std::string_view range, const Limits& limits,
                  std::uint64_t salt);

 private:
  static void sendNothing(Response& response, std::uint64_t size);
  static void sendOne(Response& response, const ByteRange& part, std::uint64_t size);
  static RangeParts::Body wholeBody(Response& response);
  static void sendSeveral(Response& response, const std::vector<ByteRange>& parts,
                          std::uint64_t size, std::uint64_t salt);
};

}  // namespace ropewalk::http::files
