#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "ropewalk/detail/cxx20.h"

namespace ropewalk::sim {

/// Numbers that look random and are the same on every machine for the same seed.
///
/// For tests: not for secrets. The standard library's distributions differ between implementations;
/// nothing here does. (xoshiro256**, seeded through splitmix64.)
///
/// Threads: value.
class Random {
 public:
  explicit Random(std::uint64_t seed);

  /// 64 random bits.
  std::uint64_t next();

  /// A number from 0 to `bound` - 1, each as likely. REQUIRES: `bound` is not 0.
  std::uint64_t below(std::uint64_t bound);

  /// A number from `low` to `high`, both included. REQUIRES: `low` <= `high`.
  std::size_t between(std::size_t low, std::size_t high);

  /// True in `percent` of a hundred cases.
  bool chance(unsigned percent) { return below(100) < percent; }

  /// Fills `bytes` with random ones.
  void fill(std::span<std::uint8_t> bytes);

  /// `size` random bytes, of every value.
  std::string bytes(std::size_t size);

  /// Puts what is in `items` (a vector, an array, a string) into a random order.
  template <typename Items>
  void shuffle(Items& items) {
    for (std::size_t left = items.size(); left > 1; --left) {
      std::swap(items[left - 1], items[static_cast<std::size_t>(below(left))]);
    }
  }

 private:
  std::uint64_t state_[4];
};

}  // namespace ropewalk::sim
