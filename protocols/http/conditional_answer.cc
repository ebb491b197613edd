#include "http/conditional_answer.h"

#include "http/partial_content.h"

namespace ropewalk::http {

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

}  // namespace ropewalk::http
