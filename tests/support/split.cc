#include "support/split.h"

#include <random>
#include <utility>

namespace ropewalk::test {

Pieces singleBytes(std::string_view wire) {
  Pieces pieces;
  for (std::size_t i = 0; i < wire.size(); ++i) pieces.push_back(wire.substr(i, 1));
  return pieces;
}

std::vector<Pieces> randomSplits(std::string_view wire, std::uint32_t seed, int rounds) {
  std::mt19937 random(seed);
  std::vector<Pieces> all;
  for (int round = 0; round < rounds; ++round) {
    const std::size_t longest = 1 + random() % 64;
    Pieces pieces;
    for (std::string_view rest = wire; !rest.empty();) {
      pieces.push_back(rest.substr(0, 1 + random() % longest));
      rest.remove_prefix(pieces.back().size());
    }
    all.push_back(std::move(pieces));
  }
  return all;
}

}  // namespace ropewalk::test
