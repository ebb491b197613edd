#include "http/files/byte_ranges.h"

#include <algorithm>
#include <optional>

#include "http/wire/grammar.h"

namespace ropewalk::http::files {
namespace {

// `first-last`, `first-` or `-suffix`.
struct RangeSpec {
  std::optional<std::uint64_t> first;
  std::optional<std::uint64_t> last;  // or the suffix, if there is no first
};

// RFC 9110 14.1.2: a number that is too large for us is larger than any body.
std::optional<std::uint64_t> position(std::string_view digits) {
  if (digits.empty() || !wire::isAll(wire::Octet::Digit, digits)) return std::nullopt;
  return wire::parseNumber(digits).value_or(wire::kMaxNumber);
}

std::optional<RangeSpec> parseSpec(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::string_view before = text.substr(0, dash);
  const std::string_view after = text.substr(dash + 1);
  RangeSpec spec{.first = position(before), .last = position(after)};
  if (!before.empty() && !spec.first) return std::nullopt;
  const bool isOpen = after.empty() && spec.first;
  if (!isOpen && !spec.last) return std::nullopt;
  if (spec.first && spec.last && *spec.last < *spec.first) return std::nullopt;
  return spec;
}

// What there is of it in a body of `size` bytes; empty if nothing.
std::optional<ByteRange> within(const RangeSpec& spec, std::uint64_t size) {
  if (!spec.first) {
    const std::uint64_t suffix = std::min(*spec.last, size);
    if (*spec.last == 0) return std::nullopt;
    return ByteRange{size - suffix, suffix};
  }
  if (*spec.first >= size) return std::nullopt;
  const std::uint64_t last = std::min(spec.last.value_or(wire::kMaxNumber), size - 1);
  return ByteRange{*spec.first, last - *spec.first + 1};
}

bool overlap(const ByteRange& one, const ByteRange& other) {
  return one.first < other.first + other.size && other.first < one.first + one.size;
}

// How many of them have bytes in common with one before them.
std::size_t overlapping(const std::vector<ByteRange>& parts) {
  std::size_t count = 0;
  for (auto part = parts.begin(); part != parts.end(); ++part) {
    count += std::any_of(parts.begin(), part,
                         [part](const ByteRange& before) { return overlap(*part, before); });
  }
  return count;
}

bool areModest(const std::vector<ByteRange>& parts, std::uint64_t size, const Limits& limits) {
  std::uint64_t left = size;
  for (const ByteRange& part : parts) {
    if (part.size > left) return false;
    left -= part.size;
  }
  return overlapping(parts) <= limits.overlappingRanges;
}

}  // namespace

RangeChoice chooseRanges(std::string_view field, std::uint64_t size, const Limits& limits) {
  constexpr std::string_view unit = "bytes=";
  if (!wire::equalNoCase(field.substr(0, unit.size()), unit)) return {};
  RangeChoice choice;
  std::size_t count = 0;
  for (wire::ListItems items(field.substr(unit.size())); items.next();) {
    if (items.item().empty()) continue;  // RFC 9110 5.6.1.2
    const auto spec = parseSpec(items.item());
    if (!spec || ++count > limits.ranges) return {};
    const auto part = within(*spec, size);
    if (part && part->size == 0) return {};  // the end of an empty body: there is no such 206
    if (part) choice.parts.push_back(*part);
  }
  if (count == 0 || !areModest(choice.parts, size, limits)) return {};
  choice.kind = choice.parts.empty() ? RangeChoice::Kind::Nothing : RangeChoice::Kind::Parts;
  return choice;
}

}  // namespace ropewalk::http::files
