#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "http/wire/fault.h"
#include "ropewalk/http/limits.h"

namespace ropewalk::http::wire {

// Reads the trailer section behind the last chunk (RFC 9112 7.1.2), the final blank line included.
//
// Its fields are checked and dropped, never merged into the header. A name that frames, routes,
// authenticates or describes the message is refused (RFC 9110 6.5.1).
class TrailerReader {
 public:
  enum class Result { NeedMore, Complete, Bad };

  // `limits` must outlive the reader.
  explicit TrailerReader(const Limits& limits) : limits_(limits) {}

  // Takes what it needs from the front of `bytes` and no more.
  Result feed(std::string_view& bytes);

  Fault fault() const { return fault_; }

 private:
  Result lineReceived(std::string_view line);
  Result refuse(Fault fault);

  const Limits& limits_;
  Fault fault_ = Fault::None;
  std::size_t size_ = 0;
  std::size_t fields_ = 0;
  std::string line_;
};

}  // namespace ropewalk::http::wire
