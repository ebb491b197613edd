#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "ropewalk/reactor_time.h"

namespace ropewalk::detail {

// What happened in a simulated world: the last lines of it, and a number that stands for all of it.
class SimTrace {
 public:
  // How many lines are kept. The hash is of all of them.
  static constexpr std::size_t kKept = 1000;

  void add(Duration sinceStart, std::string_view what);

  std::uint64_t hash() const noexcept { return hash_; }
  const std::deque<std::string>& lines() const noexcept { return lines_; }

  // FNV-1a: short, and the same everywhere.
  static std::uint64_t mix(std::uint64_t hash, std::string_view bytes) noexcept;
  static constexpr std::uint64_t kEmpty = 0xcbf29ce484222325;

 private:
  std::uint64_t hash_ = kEmpty;
  std::deque<std::string> lines_;
};

}  // namespace ropewalk::detail
