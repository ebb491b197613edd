#include "ropewalk/http/text.h"

#include <algorithm>
#include <array>
#include <utility>

#include "http/wire/grammar.h"

namespace ropewalk::http {
namespace {

using StatusPhrase = std::pair<int, std::string_view>;

constexpr std::array kPhrases = std::to_array<StatusPhrase>({
    {100, "Continue"},
    {101, "Switching Protocols"},
    {102, "Processing"},
    {103, "Early Hints"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {203, "Non-Authoritative Information"},
    {204, "No Content"},
    {205, "Reset Content"},
    {206, "Partial Content"},
    {207, "Multi-Status"},
    {208, "Already Reported"},
    {226, "IM Used"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {305, "Use Proxy"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {418, "I'm a teapot"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {423, "Locked"},
    {424, "Failed Dependency"},
    {425, "Too Early"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {451, "Unavailable For Legal Reasons"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {506, "Variant Also Negotiates"},
    {507, "Insufficient Storage"},
    {508, "Loop Detected"},
    {511, "Network Authentication Required"},
});

// Names that are not simply written with each word's first letter large.
constexpr std::array<std::string_view, 8> kOddNames = {
    "Content-MD5", "DNT", "ETag", "TE", "WWW-Authenticate", "X-XSS-Protection", "P3P", "Sec-GPC",
};

std::string_view entityOf(char octet) {
  switch (octet) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

}  // namespace

std::string escapeHtml(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char octet : text) {
    const std::string_view entity = entityOf(octet);
    if (entity.empty()) {
      escaped += octet;
    } else {
      escaped += entity;
    }
  }
  return escaped;
}

std::string_view reasonPhrase(int status) {
  const auto found = std::ranges::lower_bound(kPhrases, status, {}, &StatusPhrase::first);
  if (found == kPhrases.end() || found->first != status) return "Unknown Status";
  return found->second;
}

std::string canonicalName(std::string_view name) {
  for (const std::string_view odd : kOddNames) {
    if (wire::equalNoCase(odd, name)) return std::string(odd);
  }
  std::string canonical(name);
  bool first = true;
  for (char& octet : canonical) {
    octet = wire::lowered(octet);
    if (first && octet >= 'a' && octet <= 'z') octet = static_cast<char>(octet - 0x20);
    first = octet == '-';
  }
  return canonical;
}

}  // namespace ropewalk::http
