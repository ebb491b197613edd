#include "ropewalk/http/site.h"

#include <ctime>
#include <utility>

#include "http/server/http1_connection.h"
#include "http/server/site_state.h"

namespace ropewalk::http {

wire::WallTime server::SiteState::wallTime() const {
  if (options.wallClock != nullptr) return options.wallClock();
  // Coarse: seconds are all that is asked for, once for each answer.
  timespec now;
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return wire::WallTime(std::chrono::seconds(now.tv_sec));
}

std::shared_ptr<Site> Site::create(Router router, SiteOptions options) {
  auto state = std::make_unique<server::SiteState>(std::move(router.table_), std::move(options));
  return std::shared_ptr<Site>(new Site(std::move(state)));
}

Site::Site(std::unique_ptr<server::SiteState> state) : state_(std::move(state)) {}

Site::~Site() = default;

std::shared_ptr<Protocol> Site::buildProtocol(const Address&) {
  auto connection = std::make_shared<server::Http1Connection>(*state_);
  connection->factory = shared_from_this();  // what keeps the state alive
  return connection;
}

}  // namespace ropewalk::http
