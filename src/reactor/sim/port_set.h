#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace ropewalk::detail {

// A set of port numbers, one bit each.
class SimPortSet {
 public:
  void insert(std::uint16_t port) noexcept { words_[port / 64] |= bitOf(port); }
  void erase(std::uint16_t port) noexcept { words_[port / 64] &= ~bitOf(port); }
  bool contains(std::uint16_t port) const noexcept {
    return (words_[port / 64] & bitOf(port)) != 0;
  }

  // The lowest port from `first` to `last` that is not in the set; 0 if there is none. Looks at 64
  // ports at a time.
  std::uint16_t firstMissing(std::uint16_t first, std::uint16_t last) const noexcept {
    for (std::size_t port = first; port <= last; port = (port / 64 + 1) * 64) {
      const std::uint64_t missing = ~words_[port / 64] >> (port % 64);
      if (missing == 0) continue;
      const std::size_t found = port + static_cast<std::size_t>(std::countr_zero(missing));
      return found <= last ? static_cast<std::uint16_t>(found) : std::uint16_t{0};
    }
    return 0;
  }

 private:
  static std::uint64_t bitOf(std::uint16_t port) noexcept {
    return std::uint64_t{1} << (port % 64);
  }

  std::array<std::uint64_t, 1024> words_{};
};

}  // namespace ropewalk::detail
