#include "http/routes/route_pattern.h"

#include <algorithm>
#include <stdexcept>

#include "http/routes/path_segments.h"

namespace ropewalk::http::routes {
namespace {

[[noreturn]] void refuse(std::string_view path, const char* why) {
  throw std::invalid_argument("http::Router: the path '" + std::string(path) + "' " + why);
}

bool isDots(std::string_view segment) { return segment == "." || segment == ".."; }

}  // namespace

RoutePattern::RoutePattern(std::string_view path) {
  if (!path.empty() && !path.starts_with('/')) refuse(path, "does not begin with a slash");
  std::string_view rest = path;
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const std::string_view segment = rest.substr(0, rest.find('/'));
    rest.remove_prefix(segment.size());
    const bool braces = segment.find_first_of("{}") != std::string_view::npos;
    const bool wellFormed = segment.size() > 2 && segment.front() == '{' && segment.back() == '}' &&
                            segment.find_first_of("{}", 1) == segment.size() - 1;
    if (braces && !wellFormed) refuse(path, "has braces that are no {name}");
    addSegment(segment);
  }
  for (const Segment& one : segments_) {
    const auto same = [&one](const Segment& other) {
      return one.isParameter && other.isParameter && one.text == other.text;
    };
    if (std::ranges::count_if(segments_, same) > 1) refuse(path, "has a {name} twice");
  }
}

void RoutePattern::addSegment(std::string_view text) {
  const bool isParameter = text.starts_with('{');
  hasParameters_ = hasParameters_ || isParameter;
  if (isParameter) text = text.substr(1, text.size() - 2);
  segments_.push_back({std::string(text), isParameter});
}

std::optional<RoutePattern::Values> RoutePattern::match(std::string_view path) const {
  Values values;
  PathSegments walk(path);
  for (const Segment& segment : segments_) {
    if (!walk.next()) return std::nullopt;
    if (!segment.isParameter) {
      if (!walk.is(segment.text)) return std::nullopt;
      continue;
    }
    std::string value = walk.segment();
    if (value.empty() || isDots(value)) return std::nullopt;
    values.emplace_back(segment.text, std::move(value));
  }
  if (walk.next()) return std::nullopt;
  return values;
}

std::optional<std::string_view> RoutePattern::matchBeginning(std::string_view path) const {
  PathSegments walk(path);
  for (const Segment& segment : segments_) {
    if (!walk.next() || !walk.is(segment.text)) return std::nullopt;
  }
  return walk.rest();
}

bool operator==(const RoutePattern& one, const RoutePattern& other) {
  return std::ranges::equal(one.segments_, other.segments_,
                            [](const auto& left, const auto& right) {
                              return left.isParameter == right.isParameter &&
                                     (left.isParameter || left.text == right.text);
                            });
}

}  // namespace ropewalk::http::routes
