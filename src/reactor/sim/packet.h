#pragma once

#include <cstdint>
#include <string>

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
  std::string bytes = {};     // Data
  std::uint64_t arrived = 0;  // Window: bytes that have arrived since the beginning ...
  std::uint64_t window = 0;   // ... and how far the sender may go
  int error = 0;              // Retry: what to end with instead
};

}  // namespace ropewalk::detail
