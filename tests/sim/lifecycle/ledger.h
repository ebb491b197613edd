#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ropewalk/address.h"
#include "ropewalk/sim/random.h"

namespace ropewalk::test {

class Actor;

// The bytes of every stream from `from` on: a piece that is lost, doubled or misplaced shows.
inline std::string stretch(std::size_t from, std::size_t size) {
  static const std::string period = [] {
    std::string bytes;
    for (std::size_t i = 0; i < 251 * 256; ++i) bytes += static_cast<char>(i * 131 + i / 251);
    return bytes;
  }();
  std::string bytes;
  bytes.reserve(size);
  for (std::size_t at = from; bytes.size() < size; at = 0) {
    bytes += std::string_view(period).substr(at % period.size(), size - bytes.size());
  }
  return bytes;
}

// What is known of all actors of one run: who is there, what they said and heard, and what they did
// or suffered against the rules.
class Ledger {
 public:
  explicit Ledger(std::uint64_t seed) : random(seed) {}

  void expect(bool holds, const char* rule) {
    if (!holds && problems_.find(rule) == std::string::npos) problems_ += std::string(rule) + "; ";
  }

  // The speaker at `from` has said `bytes` to `to` in all, and nobody has cut its speech short.
  void said(const Address& from, const Address& to, std::size_t bytes) {
    streams_[{from.text(), to.text()}].said = bytes;
  }

  // The listener at `to` has heard the end of that stream, after so many bytes.
  void heardAll(const Address& from, const Address& to, std::size_t bytes) {
    streams_[{from.text(), to.text()}].heard = bytes;
  }

  // Throws what went wrong.
  void check() {
    expect(made == lost, "made as often as lost [LF3]");
    expect(alive.empty(), "nobody is kept [LF4]");
    for (const auto& [ends, stream] : streams_) {
      const bool isKnown = stream.said && stream.heard;
      expect(!isKnown || *stream.said == *stream.heard, "all bytes before the end [CL1] [HC1]");
      if (isKnown) ++whole;
    }
    if (!problems_.empty()) throw std::runtime_error(problems_);
  }

  sim::Random random;
  int made = 0;
  int lost = 0;
  std::uint64_t whole = 0;  // streams that were heard to their end
  bool isOver = false;      // nobody comes back any more
  std::vector<Actor*> alive;

 private:
  struct Stream {
    std::optional<std::size_t> said;
    std::optional<std::size_t> heard;
  };

  std::map<std::pair<std::string, std::string>, Stream> streams_;
  std::string problems_;
};

}  // namespace ropewalk::test
