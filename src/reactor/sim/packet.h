#pragma once

#include <cstddef>
#include <cstdint>

namespace ropewalk::detail {

// What one end of a simulated connection sends to the other.
struct SimPacket {
  enum class Kind : std::uint8_t {
    Syn,          // may I
    SynAck,       // you may
    Established,  // then we are connected
    Refused,      // nobody listens here
    Data,
    Window,  // so much has arrived, so much more may come
    Fin,     // there will be no more
    Reset,   // it is over
    Retry,   // to oneself: nobody answered, ask again
  };

  Kind kind;
  int error = 0;              // Retry: what to end with instead
  std::size_t size = 0;       // Data: how many bytes; the receiving socket has them already ...
  std::uint64_t hash = 0;     // ... and SimTrace::hashOf() them
  std::uint64_t arrived = 0;  // Window: bytes that have arrived since the beginning ...
  std::uint64_t window = 0;   // ... and how far the sender may go
};

}  // namespace ropewalk::detail
