#pragma once

#include <cstdint>

#include "http/conditions.h"
#include "ropewalk/http/limits.h"
#include "ropewalk/http/response.h"

namespace ropewalk::http {

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

}  // namespace ropewalk::http
