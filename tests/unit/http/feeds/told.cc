#include "unit/http/feeds/told.h"

#include <algorithm>

namespace ropewalk::http::test {
namespace {

constexpr std::string_view kHeadEnd = "\r\n\r\n";

bool isOfConnection(std::string_view line) {
  return line.starts_with("Connection: ") || line.starts_with("Transfer-Encoding: ");
}

// The data in as many chunks as are there.
std::string unchunked(std::string_view bytes) {
  std::string data;
  for (;;) {
    const std::size_t lineEnd = bytes.find("\r\n");
    if (lineEnd == std::string_view::npos) return data;
    const std::size_t size = std::stoul(std::string(bytes.substr(0, lineEnd)), nullptr, 16);
    data += bytes.substr(lineEnd + 2, size);
    const std::size_t next = lineEnd + 2 + size + 2;
    if (size == 0 || next > bytes.size()) return data;
    bytes.remove_prefix(next);
  }
}

}  // namespace

std::string told(std::string_view status, std::string_view fields, std::string_view body) {
  return std::string(status).append("\r\n").append(kDate).append(fields).append("\r\n").append(
      body);
}

std::string toldText(std::string_view body) {
  return told("200 OK",
              "Content-Type: text/plain; charset=utf-8\r\nContent-Length: " +
                  std::to_string(body.size()) + "\r\n",
              body);
}

std::string toldStatus(std::string_view answer) {
  return std::string(answer.substr(0, answer.find('\r')));
}

std::string toldBody(std::string_view answer) {
  return std::string(answer.substr(answer.find(kHeadEnd) + kHeadEnd.size()));
}

std::string toldValue(std::string_view answer, std::string_view name) {
  const std::string_view head = answer.substr(0, answer.find(kHeadEnd) + 2);
  const std::string start = "\r\n" + std::string(name) + ": ";
  const std::size_t at = head.find(start);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = head.substr(at + start.size());
  return std::string(rest.substr(0, rest.find('\r')));
}

std::string toldBy(std::string_view http1) {
  constexpr std::string_view kVersion = "HTTP/1.1 ";
  std::string text;
  while (http1.starts_with("HTTP/1.1 100 ")) {
    text += kToldContinue;
    http1.remove_prefix(http1.find(kHeadEnd) + kHeadEnd.size());
  }
  const std::size_t headEnd = http1.find(kHeadEnd);
  if (headEnd == std::string_view::npos) return text;
  std::string_view head = http1.substr(kVersion.size(), headEnd + 2 - kVersion.size());
  const std::string_view body = http1.substr(headEnd + kHeadEnd.size());
  const bool isChunked = head.find("\r\nTransfer-Encoding: chunked\r\n") != std::string_view::npos;
  while (!head.empty()) {
    const std::string_view line = head.substr(0, head.find('\n') + 1);
    if (!isOfConnection(line)) text += line;
    head.remove_prefix(line.size());
  }
  return text.append("\r\n").append(isChunked ? unchunked(body) : body);
}

}  // namespace ropewalk::http::test
