#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/wire/fault.h"
#include "http/wire/request_head.h"
#include "ropewalk/http/limits.h"

namespace ropewalk::http::wire {

// Turns bytes into one RequestHead (RFC 9112 2 to 5). Does no I/O and knows no transport.
//
// Feed it what arrives until it stops answering NeedMore. The outcome does not depend on how the
// bytes are cut, and the work is linear however they are: a line is judged only once its LF has
// come or it is too long. A head that comes whole is not copied; one that comes in pieces is
// collected in the RequestHead, which then depends on no buffer.
class HeadParser {
 public:
  enum class Result { NeedMore, Complete, Bad };

  // Fills in `head`, a fresh one. Both must outlive the parser.
  HeadParser(RequestHead& head, const Limits& limits) : head_(head), limits_(limits) {}

  // Takes what it needs from the front of `bytes` and no more: what is left is the body, or the
  // next request. REQUIRES: every earlier call answered NeedMore.
  Result feed(std::string_view& bytes);

  // Why feed() answered Bad.
  Fault fault() const { return fault_; }

  // True if the method is HEAD, also of a request line that is refused.
  bool isHead() const { return isHead_; }

  // True once anything has come but the CRLF that may precede a request.
  bool hasBegun() const { return begun_; }

  // Bytes of the head so far, or of all of it once it is complete.
  std::size_t size() const { return next_; }

 private:
  // What is expected at `next_`.
  enum class Expected : std::uint8_t { CrlfOrRequestLine, RequestLine, Field };
  enum class Step { Again, NeedMore, Complete, Bad };

  Step step(std::string_view bytes);
  Step requestLine(std::string_view bytes);
  Step field(std::string_view bytes);
  Step blankLine();
  Step advance(std::string_view bytes, const char* next);
  Step judge(std::string_view bytes);
  Step refuse(Fault fault);
  Step tooLong();
  Step waitForRestOf(std::string_view line);
  void noteMethod(std::string_view piece);
  Result feedByLines(std::string_view& bytes);
  std::size_t longestLine() const;

  RequestHead& head_;
  const Limits& limits_;
  Fault fault_ = Fault::None;
  std::size_t next_ = 0;  // where the next line starts
  Expected expected_ = Expected::CrlfOrRequestLine;
  bool begun_ = false;
  bool isHead_ = false;
};

}  // namespace ropewalk::http::wire
