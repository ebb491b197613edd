#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "http/server/carrier.h"
#include "http/wire/answer_head.h"
#include "ropewalk/http/response.h"

namespace ropewalk::http::server {

// One response on its way to a carrier: what its head says, and that its body keeps to it.
class Answer {
 public:
  // Gives `response` to `carrier`, all of it unless its body is a stream, and takes out of it what
  // is needed. `isHead`: the request was HEAD, so no body is sent.
  void send(Response& response, bool isHead, wire::WallTime now, Carrier& carrier);

  // The connection that `response` gives away instead of an answer: the protocol that gets it, or
  // null. With upgrade() to send first, if that is not empty.
  static std::shared_ptr<Protocol> handover(const Response& response);
  static std::string_view upgrade(const Response& response);
  static const FieldList& fields(const Response& response) { return response.fields_; }

  // True if the body of `response` is to be written piece by piece.
  static bool isStreamOf(const Response& response);

  // True if a stream has to be written: call writer(), then finish().
  bool isStream() const { return static_cast<bool>(writer_); }
  Response::WriteBody& writer() { return writer_; }

  // The stream's function has done its work, or never will.
  void forgetWriter() { writer_ = nullptr; }

  // A piece of the stream. Throws std::length_error if it is more than the response's length
  // allows.
  void write(std::string_view bytes, Carrier& carrier);
  void write(FilePart part, Carrier& carrier);

  // The end of the stream. False, and nothing is sent, if the length that was promised has not been
  // reached.
  bool finish(Carrier& carrier);

  // Bytes of the stream that were written so far.
  std::uint64_t written() const { return written_; }

 private:
  static void describeBody(Response& response, wire::AnswerHead& head);
  void count(std::uint64_t size);

  Response::WriteBody writer_;
  bool isSized_ = false;
  std::uint64_t length_ = 0;  // if isSized_
  std::uint64_t written_ = 0;
};

}  // namespace ropewalk::http::server
