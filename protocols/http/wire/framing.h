#pragma once

#include <cstdint>

#include "http/wire/fault.h"
#include "http/wire/request_head.h"
#include "http/wire/target.h"

namespace ropewalk::http::wire {

// What a head means for the bytes that follow it: how the body is delimited and whether the
// connection goes on after it (RFC 9112 6, 9; RFC 9110 7.2, 10.1.1).
struct Framing {
  enum class Body : unsigned char { None, Length, Chunked };

  Body body = Body::None;
  bool keepAlive = true;
  bool expectsContinue = false;
  std::uint64_t length = 0;   // of a body delimited by Length
  Fault fault = Fault::None;  // set: the rest means nothing
};

// A head that has two readings is refused, never repaired: Content-Length beside Transfer-Encoding,
// either of them twice, Transfer-Encoding in HTTP/1.0, Host missing, twice or malformed. So is a
// transfer coding other than `chunked`, an expectation other than `100-continue`, CONNECT, which
// would make this a proxy, and `*` but for OPTIONS.
//
// Host need not be the authority of an absolute target, which wins (RFC 9112 3.2.2).
Framing framingOf(const RequestHead& head, const Target& target);

}  // namespace ropewalk::http::wire
