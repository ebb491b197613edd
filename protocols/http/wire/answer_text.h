#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "http/wire/answer_head.h"

namespace ropewalk::http::wire {

// What an HTTP/1 head says beyond the answer itself: about its connection.
struct AnswerTerms {
  enum class Connection : std::uint8_t { Unsaid, Close, KeepAlive };

  std::string_view dateLine;  // of the answer's date
  bool isChunked = false;
  Connection connection = Connection::Unsaid;
};

// Appends `head` as HTTP/1 sends it, with the blank line behind it.
void appendHead(std::string& out, const AnswerHead& head, const AnswerTerms& terms);

// The same for 101 Switching Protocols, to `protocol`.
void appendUpgradeHead(std::string& out, std::string_view protocol, const FieldList& fields,
                       std::string_view dateLine);

// The size line of a chunk of `size` bytes.
void appendChunkSize(std::string& out, std::uint64_t size);

inline constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
inline constexpr std::string_view kChunkEnd = "\r\n";
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace ropewalk::http::wire
