#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "http/date.h"
#include "http/request_head.h"
#include "ropewalk/http/validators.h"

namespace ropewalk::http {

// The fields with which a request depends on the state of the resource (RFC 9110 13 and 14.2),
// found in one pass over its head.
//
// A date, an If-Range or a Range that is there twice, or cannot be understood, is as if it were not
// there; If-Match and If-None-Match are lists and may be.
class Conditions {
 public:
  // `head` must outlive this. `now` is what the `Date` of the answer says.
  Conditions(const RequestHead& head, WallTime now);

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
  std::optional<WallTime> date(Field field, std::string_view name) const;
  bool lists(std::string_view name, const Validators& now, Compare how) const;
  bool namesState(const Validators& now) const;
  bool isSameState(const Validators& now) const;
  std::optional<WallTime> lastChange(const Validators& now) const;

  const RequestHead& head_;
  WallTime now_;
  unsigned seen_ = 0;
  unsigned twice_ = 0;
};

}  // namespace ropewalk::http
