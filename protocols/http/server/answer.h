#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "http/wire/date.h"
#include "ropewalk/http/response.h"
#include "ropewalk/transport.h"

namespace ropewalk::http::server {

// One response on its way out: its head, and its body in the framing that the client understands.
class Answer {
 public:
  // What the response itself does not know.
  struct Terms {
    int minorVersion = 1;  // of the request
    bool isHead = false;
    bool keepAlive = true;
    wire::WallTime now;
    std::string_view dateLine;  // which says so
  };

  // Sends `response`, all of it unless its body is a stream, and takes out of it what it needs.
  // `scratch` is overwritten.
  void send(Response& response, const Terms& terms, Transport& transport, std::string& scratch);

  // The connection that `response` gives away instead of an answer: the protocol that gets it, or
  // null. With upgrade() to send first, if that is not empty.
  static std::shared_ptr<Protocol> handover(const Response& response);
  static std::string_view upgrade(const Response& response);

  // Sends the head that says so.
  void sendUpgrade(const Response& response, std::string_view dateLine, Transport& transport);

  static int status(const Response& response);

  // True if the body of `response` is to be written piece by piece.
  static bool isStreamOf(const Response& response);

  // True if a stream has to be written: call writer(), then finish().
  bool isStream() const { return static_cast<bool>(writer_); }
  Response::WriteBody& writer() { return writer_; }

  // The stream's function has done its work, or never will.
  void forgetWriter() { writer_ = nullptr; }

  // True if only the close of the connection marks the end of `response`: a stream without a length
  // that goes to an HTTP/1.0 client.
  static bool endsByClose(const Response& response, int minorVersion);

  // A piece of the stream. Throws std::length_error if it is more than the response's length
  // allows.
  void write(std::string_view bytes, Transport& transport);
  void write(FilePart part, Transport& transport);

  // The end of the stream. False if the length that was promised has not been reached.
  bool finish(Transport& transport);

  int status() const { return status_; }

  // Bytes that were written so far: of the body, and of head, framing and body together.
  std::uint64_t bodySize() const { return bodySize_; }
  std::uint64_t wireSize() const { return wireSize_; }

 private:
  enum class Framing : std::uint8_t { None, Length, Chunked, UntilClose };

  void chooseFraming(Response& response, const Terms& terms);
  void appendHead(const Response& response, const Terms& terms, std::string& out) const;
  void count(std::uint64_t size);
  void beginChunk(std::uint64_t size, Transport& transport);
  void endChunk(Transport& transport);
  void put(Transport& transport, std::string_view bytes);
  void put(Transport& transport, FilePart part);
  void sendBody(Response& response, Transport& transport, std::string& head);

  Response::WriteBody writer_;
  int status_ = 0;
  Framing framing_ = Framing::None;
  bool owesLineEnd_ = false;  // the last chunk's CRLF is not written yet
  std::uint64_t length_ = 0;  // declared, if framing_ is Length
  std::uint64_t bodySize_ = 0;
  std::uint64_t wireSize_ = 0;
};

}  // namespace ropewalk::http::server
