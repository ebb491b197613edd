#pragma once

#include <cstddef>

#include "ropewalk/reactor_time.h"

namespace ropewalk::http {

/// What one HTTP connection may send, and how long it may take; all on by default.
///
/// Sizes are bytes. A client that passes a limit gets the status named here with
/// `Connection: close`; nothing that it sends afterwards is read as HTTP. 408 is sent only if part
/// of a request has arrived; a silent connection is closed without an answer. The limit for all
/// connections together, above which requests get 503, is in ropewalk/memory_budget.h.
struct Limits {
  /// The request line with its CRLF. 414.
  std::size_t requestLine = 8 * 1024;

  /// The request line and all header fields with the blank line; at most 65 535. 431.
  std::size_t head = 16 * 1024;

  /// Header fields of one request. 431.
  std::size_t fields = 100;

  /// Parameters in the query of one target. 400.
  std::size_t queryParameters = 1000;

  /// A body that is collected before the handler is called; streamed bodies may have any size. 413.
  std::size_t body = 1024 * 1024;

  /// The extensions of one chunk of a chunked body. 400.
  std::size_t chunkExtension = 256;

  /// Framing of a chunked body: the size lines, extensions and line ends of its chunks. A chunk may
  /// have `chunkAllowance` bytes of framing and one more for each byte of its data, so that even
  /// chunks of one byte are fine. The framing beyond that may be `chunkOverhead` bytes in the whole
  /// body. 400.
  std::size_t chunkAllowance = 32;
  std::size_t chunkOverhead = 16 * 1024;

  /// The trailer section of a chunked body, in bytes and in fields. 400.
  std::size_t trailer = 16 * 1024;
  std::size_t trailerFields = 64;

  /// What is read and thrown away of a body that no handler wanted, so that the connection can be
  /// used again; a longer one costs the connection.
  std::size_t discarded = 64 * 1024;

  /// Bytes, and requests, that may wait behind the request being answered. Above either the
  /// connection is not read from.
  std::size_t readAhead = 16 * 1024;
  std::size_t pipelined = 16;

  /// Bytes of a streamed body that wait for their handler; above it the connection is not read
  /// from.
  std::size_t bodyAhead = 64 * 1024;

  /// Ranges in one `Range` field, and how many of them may overlap one before them. With more of
  /// either, and whenever its ranges add up to more bytes than the body has, the field is ignored
  /// and the whole body sent (RFC 9110 14.2, 17.15). `ranges` 0: no range is ever honoured.
  std::size_t ranges = 16;
  std::size_t overlappingRanges = 2;

  /// Bytes of a streamed answer that may wait to be sent when a further write comes; then the
  /// connection is aborted: ConnectionLimits::maxQueued, unless that of the port is stricter. Holds
  /// while such an answer is written.
  std::size_t queued = 1024 * 1024;

  /// Requests on one connection; the last answer says `Connection: close`.
  std::size_t requests = 1000;

  /// From the start of a connection to its first byte.
  Duration firstByte = 10s;

  /// From the first byte of a request to the end of its head, whatever arrives meanwhile. 408.
  Duration headTime = 10s;

  /// From an answer to the first byte of the next request.
  Duration keepAlive = 30s;

  /// Between two pieces of a body that is being read: by a handler that waits in read(), to be
  /// collected, or to be discarded. The time stands still while the body is not being read, and
  /// while output of ours waits, because reading from the client may be paused then. Also from
  /// `100 Continue` to the first piece, for a client that waits for that. 408.
  Duration bodyGap = 10s;

  /// A body that is being read must arrive at `bodyRate` bytes a second on average, measured after
  /// its first `bodyGrace`. 408.
  Duration bodyGrace = 20s;
  std::size_t bodyRate = 500;
};

}  // namespace ropewalk::http
