#include "http/files/conditions.h"

#include <algorithm>

#include "http/files/entity_tag.h"
#include "http/files/partial_content.h"
#include "http/wire/grammar.h"

namespace ropewalk::http::files {
namespace {

// RFC 9110 8.8.3.2. Ours are strong.
bool isSame(const EntityTag& asked, std::string_view ours, bool strongly) {
  return !ours.empty() && asked.text == ours && !(strongly && asked.isWeak);
}

}  // namespace

Conditions::Conditions(const wire::RequestHead& head, wire::WallTime now) : head_(head), now_(now) {
  for (std::size_t i = 0; i < head.fieldCount(); ++i) note(head.field(i).name);
}

void Conditions::note(std::string_view name) {
  unsigned field = 0;
  switch (name.size()) {
    case 5:
      if (wire::equalNoCase(name, "Range")) field = Range;
      break;
    case 8:
      if (wire::equalNoCase(name, "If-Match")) field = IfMatch;
      if (wire::equalNoCase(name, "If-Range")) field = IfRange;
      break;
    case 13:
      if (wire::equalNoCase(name, "If-None-Match")) field = IfNoneMatch;
      break;
    case 17:
      if (wire::equalNoCase(name, "If-Modified-Since")) field = IfModifiedSince;
      break;
    case 19:
      if (wire::equalNoCase(name, "If-Unmodified-Since")) field = IfUnmodifiedSince;
      break;
    default:
      break;
  }
  twice_ |= seen_ & field;
  seen_ |= field;
}

int Conditions::verdict(const Validators& now, bool reads) const {
  const auto changed = lastChange(now);
  if (has(IfMatch)) {
    if (!lists("If-Match", now, Compare::Strongly)) return 412;
  } else if (const auto limit = date(IfUnmodifiedSince, "If-Unmodified-Since")) {
    if (changed && *changed > *limit) return 412;
  }
  if (has(IfNoneMatch)) return namesState(now) ? (reads ? 304 : 412) : 0;
  if (!reads || !changed) return 0;
  const auto since = date(IfModifiedSince, "If-Modified-Since");
  return since && *changed <= *since ? 304 : 0;
}

// As Last-Modified tells it: RFC 9110 8.8.2.1 leaves out the future.
std::optional<wire::WallTime> Conditions::lastChange(const Validators& now) const {
  if (!now.exists || !now.lastModified) return std::nullopt;
  return std::min(*now.lastModified, now_);
}

bool Conditions::namesState(const Validators& now) const {
  return has(IfNoneMatch) && lists("If-None-Match", now, Compare::Weakly);
}

std::optional<std::string_view> Conditions::range(const Validators& now) const {
  if (has(IfRange) && !isSameState(now)) return std::nullopt;
  return only(Range, "Range");
}

// RFC 9110 13.1.5: the same tag, compared strongly, or exactly the same date. Of what has changed
// within this very second there may be more than one state (8.8.2.2).
bool Conditions::isSameState(const Validators& now) const {
  const auto value = only(IfRange, "If-Range");
  if (!value) return false;
  TagItems items(*value);
  if (items.next()) {
    const EntityTag tag = items.item();
    return isSame(tag, now.tag, true) && !items.next();
  }
  const auto date = wire::parseDate(*value, now_);
  return date && date == lastChange(now) && *date < now_;
}

std::optional<std::string_view> Conditions::only(Field field, std::string_view name) const {
  if (!has(field) || (twice_ & field) != 0) return std::nullopt;
  return head_.find(name);
}

std::optional<wire::WallTime> Conditions::date(Field field, std::string_view name) const {
  const auto value = only(field, name);
  return value ? wire::parseDate(*value, now_) : std::nullopt;
}

bool Conditions::lists(std::string_view name, const Validators& now, Compare how) const {
  if (!now.exists) return false;
  for (std::size_t i = 0; i < head_.fieldCount(); ++i) {
    const wire::RequestHead::Field field = head_.field(i);
    if (!wire::equalNoCase(field.name, name)) continue;
    if (field.value == "*") return true;
    for (TagItems items(field.value); items.next();) {
      if (isSame(items.item(), now.tag, how == Compare::Strongly)) return true;
    }
  }
  return false;
}

void ConditionalAnswer::apply(Response& response, const Conditions& conditions, const Asked& asked,
                              const Limits& limits, std::uint64_t salt) {
  Validators now{.lastModified = response.lastModified_};
  if (!response.tag_.empty()) {
    now.tag = std::string_view(response.tag_).substr(1, response.tag_.size() - 2);
  }
  const bool hasState = now.lastModified || !response.tag_.empty();
  const int instead = hasState ? statusInstead(conditions, asked, now) : 0;
  if (instead != 0) return response.dropBody(instead);
  // RFC 9110 14.2: a Range means something to GET only.
  if (!response.ranges_ || asked.method != "GET") return;
  if (const auto range = conditions.range(now)) PartialContent::cut(response, *range, limits, salt);
}

int ConditionalAnswer::statusInstead(const Conditions& conditions, const Asked& asked,
                                     const Validators& now) {
  // The handler of another method may have changed the state: what is asked about is that before.
  const bool reads = asked.method == "GET" || asked.method == "HEAD";
  return reads && !asked.wasAskedBefore ? conditions.verdict(now, true) : 0;
}

}  // namespace ropewalk::http::files
