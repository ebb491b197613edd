#include "http/wire/request_line.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "http/wire/grammar.h"

namespace ropewalk::http::wire {
namespace {

constexpr std::string_view kVersion = "HTTP/1.";

const char* skip(Octet kind, const char* at, const char* end) {
  while (at != end && is(kind, *at)) ++at;
  return at;
}

// The end of the target at `at`. One pass is enough for almost every target. Only a `\` needs a
// search for a `?` before it and a second pass.
const char* skipTarget(const char* at, const char* end) {
  const char* const stop = skip(Octet::Target, at, end);
  const bool inQuery = stop != end && *stop == '\\' && std::find(at, stop, '?') != stop;
  return inQuery ? skip(Octet::Query, stop, end) : stop;
}

// From `at` to `wordEnd`, if a SP is there; `at` is then behind that.
std::string_view takeWord(const char*& at, const char* wordEnd, const char* end) {
  if (wordEnd == end || *wordEnd != ' ') return {};
  const std::string_view word(at, static_cast<std::size_t>(wordEnd - at));
  at = wordEnd + 1;
  return word;
}

// A version in form, though not one that is spoken here: digits and dots behind `HTTP/`.
bool looksLikeVersion(std::string_view word) {
  return equalNoCase(word.substr(0, 5), "HTTP/") &&
         word.find_first_not_of("0123456789.", 5) == std::string_view::npos;
}

}  // namespace

RequestLine readRequestLine(const char* at, const char* end) {
  RequestLine line;
  line.method = takeWord(at, skip(Octet::Token, at, end), end);
  if (line.method.empty()) return {};
  line.target = takeWord(at, skipTarget(at, end), end);
  if (line.target.empty()) return {};
  if (end - at < 10 || std::memcmp(at, kVersion.data(), kVersion.size()) != 0) return {};
  const char minor = at[7];
  if (!is(Octet::Digit, minor) || at[8] != '\r' || at[9] != '\n') return {};
  line.minorVersion = static_cast<std::uint8_t>(minor - '0');
  line.next = at + 10;
  return line;
}

Fault whyNoRequestLine(std::string_view line) {
  if (line.empty() || line.back() != '\r') return Fault::RequestLineEndsInLineFeed;
  line.remove_suffix(1);
  const std::size_t first = line.find(' ');
  if (!isToken(line.substr(0, first))) return Fault::NoMethod;
  if (first == std::string_view::npos) return Fault::NoTarget;
  const std::string_view rest = line.substr(first + 1);
  const std::size_t second = rest.find(' ');
  const std::string_view target = rest.substr(0, second);
  if (target.empty()) return Fault::NoTarget;
  const char* const targetEnd = target.data() + target.size();
  if (skipTarget(target.data(), targetEnd) != targetEnd) {
    return Fault::TargetCharacter;
  }
  // HTTP/0.9 knew no version and no head; it is not spoken here either.
  if (second == std::string_view::npos) return Fault::UnknownVersion;
  if (looksLikeVersion(rest.substr(second + 1))) {
    return Fault::UnknownVersion;
  }
  return Fault::NoVersion;
}

}  // namespace ropewalk::http::wire
