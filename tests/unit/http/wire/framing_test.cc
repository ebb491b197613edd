#include "http/wire/framing.h"

#include <doctest/doctest.h>

#include <string>

#include "http/wire/request_reader.h"

namespace ropewalk::http::test {
namespace {

// The framing of a request with these header lines, each ended by CRLF.
wire::Framing framingOf(const std::string& fields, const std::string& version = "1.1") {
  const std::string wire = "POST / HTTP/" + version + "\r\nHost: a\r\n" + fields + "\r\n";
  const Limits limits;
  wire::RequestReader reader(limits);
  std::string_view bytes = wire;
  CHECK(reader.feed(bytes) == wire::RequestReader::Result::Head);
  return reader.framing();
}

TEST_CASE("a body is delimited by its length, by chunks, or not there [H1.3] [H1.4]") {
  CHECK(framingOf("").body == wire::Framing::Body::None);
  CHECK(framingOf("Content-Length: 0\r\n").body == wire::Framing::Body::None);
  CHECK(framingOf("Content-Length: 7\r\n").body == wire::Framing::Body::Length);
  CHECK(framingOf("Content-Length: 7\r\n").length == 7);
  CHECK(framingOf("Transfer-Encoding: chunked\r\n").body == wire::Framing::Body::Chunked);
}

TEST_CASE("Connection is a comma-separated list, over several fields too [HR4] [HR6]") {
  CHECK(framingOf("").keepAlive);
  CHECK(framingOf("Connection: keep-alive\r\n").keepAlive);
  CHECK(framingOf("Connection: closed\r\n").keepAlive);
  CHECK(framingOf("X: close\r\n").keepAlive);
  for (const char* value :
       {"close", "Close", "CLOSE", "close, TE", "TE, close", "TE,close,x", " ,close"}) {
    CAPTURE(value);
    CHECK(!framingOf("Connection: " + std::string(value) + "\r\n").keepAlive);
  }
  CHECK(!framingOf("Connection: TE\r\nConnection: close\r\n").keepAlive);
}

TEST_CASE("a connection of HTTP/1.0 is kept only if the client asks for it [HR5]") {
  for (const char* value : {"keep-alive", "Keep-Alive", "KEEP-ALIVE", "TE, keep-alive",
                            "keep-alive, TE", ",keep-alive,", "keep-alive, keep-alive"}) {
    CAPTURE(value);
    CHECK(framingOf("Connection: " + std::string(value) + "\r\n", "1.0").keepAlive);
  }
  CHECK(framingOf("Connection: TE\r\nConnection: keep-alive\r\n", "1.0").keepAlive);
  CHECK(!framingOf("", "1.0").keepAlive);
  for (const char* field :
       {"Connection: TE", "Connection: keepalive", "Connection: keep-alive, close",
        "Connection: close, keep-alive", "Connection: keep-alive\r\nConnection: close",
        "Connection:", "Keep-Alive: timeout=5", "Proxy-Connection: keep-alive"}) {
    CAPTURE(field);
    CHECK(!framingOf(std::string(field) + "\r\n", "1.0").keepAlive);
  }
}

TEST_CASE("100-continue is expected by HTTP/1.1 clients only [H1.30]") {
  CHECK(!framingOf("Content-Length: 1\r\n").expectsContinue);
  CHECK(framingOf("Content-Length: 1\r\nExpect: 100-continue\r\n").expectsContinue);
  CHECK(framingOf("Content-Length: 1\r\nExpect: 100-CONTINUE\r\n").expectsContinue);
  CHECK(framingOf("Content-Length: 1\r\nExpect: 100-continue, 100-continue\r\n").expectsContinue);
  CHECK(framingOf("Content-Length: 1\r\nExpect: ,100-continue,\r\n").expectsContinue);
  CHECK(framingOf("Content-Length: 1\r\nExpect: 100-continue\r\nExpect:\r\n").expectsContinue);
  CHECK(!framingOf("Content-Length: 1\r\nExpect:\r\n").expectsContinue);
  CHECK(!framingOf("Content-Length: 1\r\nExpect: ,\r\n").expectsContinue);
  CHECK(!framingOf("Content-Length: 1\r\nExpect: 100-continue\r\n", "1.0").expectsContinue);
}

}  // namespace
}  // namespace ropewalk::http::test
