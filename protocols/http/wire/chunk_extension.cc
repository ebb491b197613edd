#include "http/wire/chunk_extension.h"

#include "http/wire/grammar.h"

namespace ropewalk::http::wire {

bool ChunkExtension::take(char octet) {
  state_ = after(octet);
  return state_ != State::Bad;
}

ChunkExtension::State ChunkExtension::after(char octet) const {
  const bool blank = isBlank(octet);
  const bool token = is(Octet::Token, octet);
  switch (state_) {
    case State::BeforeName:
      return blank ? State::BeforeName : token ? State::Name : State::Bad;
    case State::Name:
      if (token) return State::Name;
      [[fallthrough]];
    case State::AfterName:
      if (octet == '=') return State::BeforeValue;
      return octet == ';' ? State::BeforeName : blank ? State::AfterName : State::Bad;
    case State::BeforeValue:
      if (octet == '"') return State::Quoted;
      return blank ? State::BeforeValue : token ? State::Value : State::Bad;
    case State::Value:
      if (token) return State::Value;
      [[fallthrough]];
    case State::QuoteClosed:
    case State::AfterValue:
      return octet == ';' ? State::BeforeName : blank ? State::AfterValue : State::Bad;
    case State::Quoted:
      if (octet == '"') return State::QuoteClosed;
      if (octet == '\\') return State::Escaped;
      [[fallthrough]];
    case State::Escaped:
      return is(Octet::FieldText, octet) ? State::Quoted : State::Bad;
    case State::Bad:
      break;
  }
  return State::Bad;
}

}  // namespace ropewalk::http::wire
