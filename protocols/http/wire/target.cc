#include "http/wire/target.h"

#include <algorithm>

#include "http/wire/authority.h"
#include "http/wire/grammar.h"

namespace ropewalk::http::wire {
namespace {

Fault whyNoPath(std::string_view path) {
  for (std::size_t at = path.find('%'); at != std::string_view::npos; at = path.find('%', at + 3)) {
    const int octet = escapedOctet(path, at);
    if (octet < 0) return Fault::BrokenEscape;
    if (octet == 0) return Fault::NulInPath;
  }
  return Fault::None;
}

// `http://authority` and what follows; https as well, for a proxy may have taken the TLS off.
bool takeOrigin(std::string_view& text, std::string_view& authority) {
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return false;
  const std::string_view scheme = text.substr(0, colon);
  if (!equalNoCase(scheme, "http") && !equalNoCase(scheme, "https")) return false;
  text.remove_prefix(colon + 3);
  authority = text.substr(0, text.find_first_of("/?"));
  text.remove_prefix(authority.size());
  return isAuthority(authority);
}

// Between two `&` there may be nothing, which is none.
std::size_t parametersIn(std::string_view query) {
  std::size_t count = 0;
  char before = '&';
  for (const char octet : query) {
    if (before == '&' && octet != '&') ++count;
    before = octet;
  }
  return count;
}

}  // namespace

Target splitTarget(std::string_view target, const Limits& limits) {
  Target split;
  if (target == "*") {
    split.form = Target::Form::Asterisk;
    split.path = target;
    return split;
  }
  if (!target.starts_with('/')) {
    split.form = Target::Form::Absolute;
    if (!takeOrigin(target, split.authority)) {
      split.fault = Fault::TargetForm;
      return split;
    }
    split.endsWithAuthority = target.empty();
  }
  const std::size_t mark = target.find('?');
  split.path = target.substr(0, mark);
  if (split.path.empty()) split.path = "/";
  if (mark != std::string_view::npos) split.query = target.substr(mark + 1);
  split.fault = whyNoPath(split.path);
  if (parametersIn(split.query) > limits.queryParameters) {
    split.fault = Fault::TooManyParameters;
  }
  return split;
}

std::optional<std::string> percentDecoded(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      decoded += text[at];
      continue;
    }
    const int octet = escapedOctet(text, at);
    if (octet <= 0) return std::nullopt;
    decoded += static_cast<char>(octet);
    at += 2;
  }
  return decoded;
}

}  // namespace ropewalk::http::wire
