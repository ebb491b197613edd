#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "http/server/carrier.h"
#include "http/wire/answer_head.h"
#include "ropewalk/http/file_part.h"
#include "ropewalk/transport.h"

namespace ropewalk::http::server {

// One answer written to an HTTP/1 connection: its head, and its body in the framing that the client
// understands.
class Http1Answer {
 public:
  // What the answer itself does not know.
  struct Terms {
    int minorVersion = 1;  // of the request
    bool keepAlive = true;
    std::string_view dateLine;  // of the answer's date
  };

  // Sends `head` and, unless it is null, `body`. `scratch` is overwritten.
  void send(const wire::AnswerHead& head, Carrier::Body* body, const Terms& terms,
            Transport& transport, std::string& scratch);

  // Sends the head that says that the connection goes on in `protocol`.
  void sendUpgrade(std::string_view protocol, const FieldList& fields, std::string_view dateLine,
                   Transport& transport);

  // True if only the close of the connection marks the end of the body: that of a stream without a
  // length that goes to an HTTP/1.0 client.
  static bool endsByClose(const wire::AnswerHead& head, int minorVersion);

  // The pieces and the end of a body that is written while it is sent.
  void write(std::string_view bytes, Transport& transport);
  void write(FilePart part, Transport& transport);
  void finish(Transport& transport);

  // Bytes that were written so far: of the body, and of head, framing and body together.
  std::uint64_t bodySize() const { return bodySize_; }
  std::uint64_t wireSize() const { return wireSize_; }

 private:
  void beginChunk(std::uint64_t size, Transport& transport);
  void endChunk(Transport& transport);
  void put(Transport& transport, std::string_view bytes);
  void put(Transport& transport, FilePart part);
  void sendBody(Carrier::Body& body, Transport& transport, std::string& head);

  bool isChunked_ = false;
  bool owesLineEnd_ = false;  // the last chunk's CRLF is not written yet
  std::uint64_t bodySize_ = 0;
  std::uint64_t wireSize_ = 0;
};

}  // namespace ropewalk::http::server
