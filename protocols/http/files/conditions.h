#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "http/wire/date.h"
#include "http/wire/request_head.h"
#include "ropewalk/http/limits.h"
#include "ropewalk/http/response.h"
#include "ropewalk/http/validators.h"

namespace ropewalk::http::files {

// The fields with which a request depends on the state of the resource (RFC 9110 13 and 14.2),
// found in one pass over its head.
//
// A date, an If-Range or a Range that is there twice, or cannot be understood, is as if it were not
// there; If-Match and If-None-Match are lists and may be.
class Conditions {
 public:
  // `head` must outlive this. `now` is what the `Date` of the answer says.
  Conditions(const wire::RequestHead& head, wire::WallTime now);

  // False for nearly every request.
  bool any() const { return seen_ != 0; }

  // The status that is to be answered instead of carrying the request out, 304 (only if it
  // `reads`: GET and HEAD) or 412; 0 if it is to be carried out. In the order of RFC 9110 13.2.2.
  int verdict(const Validators& now, bool reads) const;

  // The Range that is to be honoured: none if there is none, or if If-Range names another state.
  std::optional<std::string_view> range(const Validators& now) const;

 private:
  enum Field : std::uint8_t {
    IfMatch = 1,
    IfNoneMatch = 2,
    IfModifiedSince = 4,
    IfUnmodifiedSince = 8,
    IfRange = 16,
    Range = 32,
  };
  enum class Compare : bool { Weakly, Strongly };

  void note(std::string_view name);
  bool has(Field field) const { return (seen_ & field) != 0; }
  std::optional<std::string_view> only(Field field, std::string_view name) const;
  std::optional<wire::WallTime> date(Field field, std::string_view name) const;
  bool lists(std::string_view name, const Validators& now, Compare how) const;
  bool namesState(const Validators& now) const;
  bool isSameState(const Validators& now) const;
  std::optional<wire::WallTime> lastChange(const Validators& now) const;

  const wire::RequestHead& head_;
  wire::WallTime now_;
  unsigned seen_ = 0;
  unsigned twice_ = 0;
};

// A response after the conditions and ranges of its request were looked at.
class ConditionalAnswer {
 public:
  // What the request says about it.
  struct Asked {
    std::string_view method;
    bool wasAskedBefore = false;  // by the handler: Request::conditionsHold()
  };

  // False for responses whose request need not be looked at.
  static bool isPossible(const Response& response) {
    return response.status_ == 200 &&
           (response.ranges_ || response.lastModified_ || !response.tag_.empty());
  }

  // Turns `response`, which isPossible(), into a 304, 412, 206 or 416 if that is what is asked for.
  // `salt` is for a boundary that nobody could foresee.
  static void apply(Response& response, const Conditions& conditions, const Asked& asked,
                    const Limits& limits, std::uint64_t salt);

 private:
  static int statusInstead(const Conditions& conditions, const Asked& asked, const Validators& now);
};

}  // namespace ropewalk::http::files
