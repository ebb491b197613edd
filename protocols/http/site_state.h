#pragma once

#include <string>
#include <utility>

#include "http/date.h"
#include "http/deadlines.h"
#include "http/route_table.h"
#include "ropewalk/http/site.h"

namespace ropewalk::http {

// What the connections of a Site share.
class SiteState {
 public:
  SiteState(std::unique_ptr<RouteTable> table, SiteOptions given)
      : options(std::move(given)), routes(std::move(table)), deadlines(options.limits) {}

  WallTime wallTime() const;

  // The Date line for an answer that is sent `now`. Good until the next call.
  std::string_view dateLine(WallTime now) { return dateLine_.at(now); }

  SiteOptions options;
  std::unique_ptr<RouteTable> routes;
  Deadlines deadlines;
  std::string scratch;  // for whoever needs a buffer until it returns

 private:
  DateLine dateLine_;
};

}  // namespace ropewalk::http
