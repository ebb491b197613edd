#include "http/server/access_line.h"

#include <cstddef>

#include "ropewalk/detail/text.h"

namespace ropewalk::http::server {
namespace {

// Longer texts from the client are cut.
constexpr std::size_t kLongest = 1024;

void appendEscaped(std::string& line, std::string_view text) {
  for (const char octet : text.substr(0, kLongest)) {
    const auto value = static_cast<unsigned char>(octet);
    if (value >= 0x20 && value < 0x7f && octet != '"' && octet != '\\') {
      line += octet;
    } else {
      ropewalk::detail::appendEscaped(line, octet);
    }
  }
}

void appendQuoted(std::string& line, std::string_view text) {
  line += " \"";
  appendEscaped(line, text.empty() ? "-" : text);
  line += '"';
}

// `06/Nov/1994:08:49:37 +0000`, out of `Sun, 06 Nov 1994 08:49:37 GMT`.
std::string logDate(wire::WallTime time) {
  const std::string date = wire::formatDate(time);
  return date.substr(5, 2) + "/" + date.substr(8, 3) + "/" + date.substr(12, 4) + ":" +
         date.substr(17, 8) + " +0000";
}

}  // namespace

std::string AccessLine::withSize(std::uint64_t bodySize) const {
  return beforeSize + std::to_string(bodySize) + behindSize;
}

AccessLine accessLine(const Access& access) {
  std::string request;
  if (!access.method.empty()) {
    request.append(access.method).append(" ").append(access.target).append(" HTTP/");
    request += std::to_string(access.version.major) + "." + std::to_string(access.version.minor);
  }
  AccessLine line{.beforeSize = access.peer.empty() ? "-" : access.peer, .behindSize = {}};
  line.beforeSize += " - - [" + logDate(access.time) + "]";
  appendQuoted(line.beforeSize, request);
  line.beforeSize += " " + std::to_string(access.status) + " ";
  appendQuoted(line.behindSize, access.referer);
  appendQuoted(line.behindSize, access.agent);
  return line;
}

}  // namespace ropewalk::http::server
