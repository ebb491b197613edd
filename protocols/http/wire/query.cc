#include "http/wire/query.h"

#include <algorithm>
#include <cstddef>

#include "http/wire/grammar.h"

namespace ropewalk::http::wire {
namespace {

std::string formDecoded(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const int octet = text[at] == '%' ? escapedOctet(text, at) : -1;
    if (octet >= 0) {
      decoded += static_cast<char>(octet);
      at += 2;
    } else {
      decoded += text[at] == '+' ? ' ' : text[at];
    }
  }
  return decoded;
}

}  // namespace

Parameters parseQuery(std::string_view query) {
  Parameters parameters;
  while (!query.empty()) {
    const std::string_view piece = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(piece.size() + 1, query.size()));
    if (piece.empty()) continue;
    const std::size_t equals = piece.find('=');
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : piece.substr(equals + 1);
    parameters.emplace_back(formDecoded(piece.substr(0, equals)), formDecoded(value));
  }
  return parameters;
}

}  // namespace ropewalk::http::wire
