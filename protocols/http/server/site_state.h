#pragma once

#include <string>
#include <utility>

#include "http/routes/route_table.h"
#include "http/wire/date.h"
#include "ropewalk/http/site.h"

namespace ropewalk::http::server {

// What the connections of a Site share.
class SiteState {
 public:
  SiteState(std::unique_ptr<routes::RouteTable> table, SiteOptions given)
      : options(std::move(given)), routes(std::move(table)) {}

  wire::WallTime wallTime() const;

  // The Date line for an answer that is sent `now`. Good until the next call.
  std::string_view dateLine(wire::WallTime now) { return dateLine_.at(now); }

  SiteOptions options;
  std::unique_ptr<routes::RouteTable> routes;
  std::string scratch;  // for whoever needs a buffer until it returns

 private:
  wire::DateLine dateLine_;
};

}  // namespace ropewalk::http::server
