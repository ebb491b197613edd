#include "internal/filter/awkward_codec.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "ropewalk/error.h"

namespace ropewalk::test {

namespace {

// Every message: a kind, the size of its body in two bytes, the body.
constexpr std::size_t kHead = 3;
constexpr char kHandshake = 'H';
constexpr char kData = 'D';
constexpr char kFarewell = 'F';

constexpr std::size_t kSizes[] = {1, 7, 4093, 130, 2, 16'001};  // of the records, in turn

void append(std::string& out, char kind, std::string_view body) {
  out += kind;
  out += static_cast<char>(body.size() >> 8);
  out += static_cast<char>(body.size());
  out += body;
}

std::string masked(std::string_view bytes) {
  std::string changed(bytes);
  for (char& each : changed) each = static_cast<char>(each ^ 0x5a);
  return changed;
}

std::size_t byteAt(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

}  // namespace

void AwkwardCodec::begin(std::string& out) {
  if (side_ == Side::Client) say(out);
}

void AwkwardCodec::say(std::string& out) {
  ++said_;
  append(out, kHandshake, "awkward greeting");
}

void AwkwardCodec::received(std::string_view bytes, std::string& out) {
  coming_ += bytes;
  while (takeMessage(out)) {
  }
}

bool AwkwardCodec::takeMessage(std::string& out) {
  if (coming_.size() < kHead) return false;
  const std::size_t size = byteAt(coming_, 1) * 256 + byteAt(coming_, 2);
  if (coming_.size() < kHead + size) return false;
  const char kind = coming_[0];
  const std::string body = coming_.substr(kHead, size);
  coming_.erase(0, kHead + size);
  if (peerHasFinished_) throw Error("awkward: a message after the farewell");
  if (kind == kHandshake && !isOpen()) {
    ++heard_;
    if (heard_ == 1) say(out);
  } else if (kind == kData && isOpen()) {
    decoded_ += masked(body);
  } else if (kind == kFarewell && isOpen()) {
    peerHasFinished_ = true;
  } else {
    throw Error("awkward: unexpected message");
  }
  return true;
}

void AwkwardCodec::receivedEnd() {
  if (!peerHasFinished_) throw ConnectionLost("awkward: ended without a farewell");
}

std::size_t AwkwardCodec::decode(char* buffer, std::size_t size) {
  const std::size_t count = std::min(size, decoded_.size());
  std::copy_n(decoded_.data(), count, buffer);
  decoded_.erase(0, count);
  return count;
}

void AwkwardCodec::encode(std::string_view bytes, std::string& out) {
  while (!bytes.empty()) {
    const std::size_t size = kSizes[written_++ % std::size(kSizes)];
    append(out, kData, masked(bytes.substr(0, size)));
    bytes.remove_prefix(std::min(size, bytes.size()));
  }
}

void AwkwardCodec::finish(std::string& out) {
  if (farewell_ == Farewell::Yes) append(out, kFarewell, "bye");
}

}  // namespace ropewalk::test
