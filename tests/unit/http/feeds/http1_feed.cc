#include "unit/http/feeds/http1_feed.h"

#include <array>
#include <cstdio>

namespace ropewalk::http::test {

std::string Http1Feed::send(std::string_view method, std::string_view target,
                            std::string_view fields, std::string_view body) {
  std::string all(fields);
  if (!body.empty()) all += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return ask(head(method, target, all).append(body));
}

std::string Http1Feed::begin(std::string_view method, std::string_view target,
                             std::string_view fields, std::size_t length) {
  isChunked_ = length == 0;
  const std::string framing = isChunked_ ? "Transfer-Encoding: chunked\r\n"
                                         : "Content-Length: " + std::to_string(length) + "\r\n";
  return ask(head(method, target, std::string(fields) + framing));
}

std::string Http1Feed::piece(std::string_view bytes) {
  std::string sent;
  if (isChunked_) {
    std::array<char, 24> size;
    std::snprintf(size.data(), size.size(), "%zx\r\n", bytes.size());
    sent = size.data();
  }
  sent += bytes;
  if (isChunked_) sent += "\r\n";
  served_.transport.deliver(sent);
  return takeTold();
}

std::string Http1Feed::endBody() {
  if (isChunked_) served_.transport.deliver("0\r\n\r\n");
  return takeTold();
}

std::string Http1Feed::takeTold() {
  came_ += served_.transport.takeWritten();
  const std::string all = toldBy(came_);
  const std::string fresh = all.substr(shown_);
  shown_ = all.size();
  return fresh;
}

std::string Http1Feed::head(std::string_view method, std::string_view target,
                            std::string_view fields) {
  return std::string(method)
      .append(" ")
      .append(target)
      .append(" HTTP/1.1\r\nHost: h\r\n")
      .append(std::string(fields) + "\r\n");
}

std::string Http1Feed::ask(const std::string& bytes) {
  came_.clear();
  shown_ = 0;
  served_.transport.clear();
  served_.transport.deliver(bytes);
  return takeTold();
}

}  // namespace ropewalk::http::test
