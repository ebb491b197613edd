#include "ropewalk/http/site.h"

#include <ctime>
#include <utility>

#include "http/connection.h"
#include "http/site_state.h"

namespace ropewalk::http {

WallTime SiteState::wallTime() const {
  if (options.wallClock != nullptr) return options.wallClock();
  // Coarse: seconds are all that is asked for, once for each answer.
  timespec now;
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return WallTime(std::chrono::seconds(now.tv_sec));
}

std::shared_ptr<Site> Site::create(Router router, SiteOptions options) {
  auto state = std::make_unique<SiteState>(std::move(router.table_), std::move(options));
  return std::shared_ptr<Site>(new Site(std::move(state)));
}

Site::Site(std::unique_ptr<SiteState> state) : state_(std::move(state)) {}

Site::~Site() = default;

std::shared_ptr<Protocol> Site::buildProtocol(const Address&) {
  auto connection = std::make_shared<Connection>(*state_);
  connection->factory = shared_from_this();  // what keeps the state alive
  return connection;
}

}  // namespace ropewalk::http
