#include "reactor/sim/trace.h"

#include <cstdio>

namespace ropewalk::detail {

std::uint64_t SimTrace::mix(std::uint64_t hash, std::string_view bytes) noexcept {
  for (const char byte : bytes) {
    hash ^= static_cast<unsigned char>(byte);
    hash *= 0x100000001b3;
  }
  return hash;
}

void SimTrace::add(Duration sinceStart, std::string_view what) {
  const auto nanoseconds = static_cast<long long>(sinceStart.count());
  char when[40];
  std::snprintf(when, sizeof when, "%lld.%09lld ", nanoseconds / 1'000'000'000,
                nanoseconds % 1'000'000'000);
  std::string line(when);
  line += what;
  hash_ = mix(mix(hash_, line), "\n");
  lines_.push_back(std::move(line));
  if (lines_.size() > kKept) lines_.pop_front();
}

}  // namespace ropewalk::detail
