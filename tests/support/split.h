#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string_view>
#include <vector>

namespace ropewalk::test {

using Pieces = std::vector<std::string_view>;

// `wire` in single bytes.
inline Pieces singleBytes(std::string_view wire) {
  Pieces pieces;
  for (std::size_t i = 0; i < wire.size(); ++i) pieces.push_back(wire.substr(i, 1));
  return pieces;
}

// Calls check(pieces) for `wire` whole, cut in two at every place, and cut into single bytes. No
// piece is empty.
template <typename Check>
void forEverySplit(std::string_view wire, Check check) {
  check(Pieces{wire});
  for (std::size_t cut = 1; cut < wire.size(); ++cut) {
    check(Pieces{wire.substr(0, cut), wire.substr(cut)});
  }
  check(singleBytes(wire));
}

// Calls check(pieces) `rounds` times with `wire` cut at random places. The same seed cuts the same
// way.
template <typename Check>
void forRandomSplits(std::string_view wire, std::uint32_t seed, int rounds, Check check) {
  std::mt19937 random(seed);
  for (int round = 0; round < rounds; ++round) {
    const std::size_t longest = 1 + random() % 64;
    Pieces pieces;
    for (std::string_view rest = wire; !rest.empty();) {
      pieces.push_back(rest.substr(0, 1 + random() % longest));
      rest.remove_prefix(pieces.back().size());
    }
    check(pieces);
  }
}

}  // namespace ropewalk::test
