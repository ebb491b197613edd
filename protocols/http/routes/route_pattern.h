#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ropewalk::http::routes {

// The path of a route, `/hello/{name}`, taken apart.
class RoutePattern {
 public:
  // What each `{name}` stands for, decoded.
  using Values = std::vector<std::pair<std::string_view, std::string>>;

  // The empty path has no segments and fits the beginning of every path: what a mount at `/` is.
  //
  // Throws std::invalid_argument if another does not begin with a slash, or if a brace in it is not
  // that of a
  // `{name}` that fills a segment, or a name comes twice.
  explicit RoutePattern(std::string_view path);

  bool hasParameters() const { return hasParameters_; }

  // The values if the whole of `path` fits. A parameter takes neither an empty segment nor a dot
  // segment. The names are views into this pattern.
  std::optional<Values> match(std::string_view path) const;

  // What is left of `path` behind this pattern, if it fits the beginning; REQUIRES: no parameters.
  std::optional<std::string_view> matchBeginning(std::string_view path) const;

  // Two patterns that fit the same paths are equal, whatever their parameters are called.
  friend bool operator==(const RoutePattern& one, const RoutePattern& other);

 private:
  struct Segment {
    std::string text;  // or the parameter's name
    bool isParameter = false;
  };

  void addSegment(std::string_view text);

  std::vector<Segment> segments_;
  bool hasParameters_ = false;
};

}  // namespace ropewalk::http::routes
