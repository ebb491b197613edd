#include "ropewalk/sim/random.h"

#include <bit>
#include <cassert>

namespace ropewalk::sim {

// splitmix64 spreads a small seed over the whole state; xoshiro256** must not start at all zeros.
Random::Random(std::uint64_t seed) {
  for (std::uint64_t& word : state_) {
    seed += 0x9e3779b97f4a7c15;
    std::uint64_t mixed = seed;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    word = mixed ^ (mixed >> 31);
  }
}

std::uint64_t Random::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::uint64_t Random::below(std::uint64_t bound) {
  assert(bound != 0);
  // The lowest 2^64 mod `bound` values are drawn again: with them some results would be likelier.
  const std::uint64_t skipped = (0 - bound) % bound;
  std::uint64_t drawn = next();
  while (drawn < skipped) drawn = next();
  return drawn % bound;
}

std::size_t Random::between(std::size_t low, std::size_t high) {
  assert(low <= high);
  return low + static_cast<std::size_t>(below(high - low + 1));
}

void Random::fill(std::span<std::uint8_t> bytes) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i % sizeof word == 0) word = next();
    bytes[i] = static_cast<std::uint8_t>(word);
    word >>= 8;
  }
}

std::string Random::bytes(std::size_t size) {
  std::string result(size, '\0');
  fill({reinterpret_cast<std::uint8_t*>(result.data()), size});
  return result;
}

}  // namespace ropewalk::sim
