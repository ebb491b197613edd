#pragma once

#include <cstdint>

namespace ropewalk::http::wire {

// Follows the extensions of one chunk, `;name=value;...` (RFC 9112 7.1.1), octet by octet.
//
// They are ignored but must be well-formed, because a lenient parser allows request smuggling.
// Blanks are accepted only where the grammar has BWS.
class ChunkExtension {
 public:
  // Takes the next octet behind the chunk size, up to the CR. False: not allowed here.
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

  State state_ = State::AfterValue;  // after the size, as after a value, a blank or `;` may follow
};

}  // namespace ropewalk::http::wire
