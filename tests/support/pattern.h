#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ropewalk::test {

// The byte at `place` of one endless text in which every place looks different: a piece that is
// lost, doubled or overtaken shows.
inline char patternAt(std::uint64_t place) {
  place = (place ^ (place >> 15)) * 0x9e3779b97f4a7c15ULL;
  return static_cast<char>((place ^ (place >> 29)) >> 24);
}

inline std::string pattern(std::size_t offset, std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = patternAt(offset + i);
  return bytes;
}

// True if `bytes` are that text from its beginning, and `size` long. (Comparing with == would print
// megabytes when they differ.)
inline bool isPattern(std::string_view bytes, std::size_t size) {
  if (bytes.size() != size) return false;
  for (std::size_t i = 0; i < size; ++i) {
    if (bytes[i] != patternAt(i)) return false;
  }
  return true;
}

// More than the two buffers of a loopback connection hold together, in pieces.
inline constexpr std::size_t kPieces = 32;
inline constexpr std::size_t kPieceSize = 512 * 1024;
inline constexpr std::size_t kMoreThanTheKernelTakes = kPieces * kPieceSize;

}  // namespace ropewalk::test
