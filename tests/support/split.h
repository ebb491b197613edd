#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace ropewalk::test {

using Pieces = std::vector<std::string_view>;

// `wire` in single bytes.
Pieces singleBytes(std::string_view wire);

// `wire` cut at random places, `rounds` times. The same seed cuts the same way. No piece is empty.
std::vector<Pieces> randomSplits(std::string_view wire, std::uint32_t seed, int rounds);

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

}  // namespace ropewalk::test
