#pragma once

#include <cstdint>

namespace ropewalk::http {

// Follows the extensions of one chunk, `;name=value;...` (RFC 9112 7.1.1), octet by octet.
//
// They mean nothing here, but they have to be well-formed: a sloppy reading of them is a place to
// hide a request in.
class ChunkExtension {
 public:
  // Takes the next octet after the first `;`, the line's CR not included. False: not allowed here.
  bool take(char octet);

  // True if the line may end here.
  bool mayEnd() const {
    return state_ == State::Name || state_ == State::Value || state_ == State::QuoteClosed;
  }

 private:
  enum class State : std::uint8_t {
    BeforeName,
    Name,
    AfterName,
    BeforeValue,
    Value,
    Quoted,
    Escaped,
    QuoteClosed,
    AfterValue,
    Bad,
  };

  State after(char octet) const;

  State state_ = State::BeforeName;
};

}  // namespace ropewalk::http
