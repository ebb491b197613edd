#include "http/wire/field_line.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "http/wire/grammar.h"

namespace ropewalk::http::wire {
namespace {

// True if one of eight octets is a control, DEL, or something close enough to be looked at singly.
bool mayHoldControl(std::uint64_t eight) {
  constexpr std::uint64_t ones = 0x0101010101010101;
  constexpr std::uint64_t highs = 0x8080808080808080;
  const std::uint64_t below32 = (eight - ones * 0x20) & ~eight;
  const std::uint64_t del = eight ^ (ones * 0x7f);
  return ((below32 | ((del - ones) & ~del)) & highs) != 0;
}

const char* skipFieldText(const char* at, const char* end) {
  for (;;) {
    while (end - at >= 8) {
      std::uint64_t eight;
      std::memcpy(&eight, at, sizeof eight);
      if (mayHoldControl(eight)) break;
      at += 8;
    }
    // At most eight single steps, then eight at a time again: a TAB does not slow down the rest.
    const char* const stop = end - at > 8 ? at + 8 : end;
    while (at != stop && is(Octet::FieldText, *at)) ++at;
    if (at != stop || at == end) return at;
  }
}

}  // namespace

FieldLine readFieldLine(const char* at, const char* end) {
  const char* const name = at;
  while (at != end && is(Octet::Token, *at)) ++at;
  if (at == end || at == name || *at != ':') return {};
  const std::string_view nameText(name, static_cast<std::size_t>(at - name));
  ++at;
  while (at != end && isBlank(*at)) ++at;
  const char* const value = at;
  at = skipFieldText(at, end);
  if (end - at < 2 || at[0] != '\r' || at[1] != '\n') return {};
  const char* valueEnd = at;
  while (valueEnd != value && isBlank(valueEnd[-1])) --valueEnd;
  return {nameText, {value, static_cast<std::size_t>(valueEnd - value)}, at + 2};
}

Fault whyNoFieldLine(std::string_view line) {
  if (line.empty() || line.back() != '\r') return Fault::LineEndsInLineFeed;
  line.remove_suffix(1);
  if (line.find('\r') != std::string_view::npos) return Fault::BareCarriageReturn;
  // RFC 9112 5.2: a server may refuse folded lines, and this one does.
  if (!line.empty() && isBlank(line.front())) return Fault::FoldedLine;
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return Fault::NoColon;
  if (colon == 0) return Fault::NoFieldName;
  // RFC 9112 5.1: no whitespace between the name and the colon.
  if (isBlank(line[colon - 1])) return Fault::BlankBeforeColon;
  if (!isToken(line.substr(0, colon))) return Fault::FieldNameCharacter;
  return Fault::FieldValueCharacter;
}

}  // namespace ropewalk::http::wire
