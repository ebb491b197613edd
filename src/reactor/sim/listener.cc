#include "reactor/sim/listener.h"

#include <utility>

#include "reactor/sim/host.h"
#include "reactor/sim/link.h"

namespace ropewalk::detail {

SimListener::~SimListener() {
  for (const auto& link : waiting_) link->server().close(true);
}

bool SimListener::reserve() noexcept {
  // As Linux counts: `backlog` may wait, and one more.
  if (waiting_.size() + reserved_ > static_cast<std::size_t>(backlog_)) return false;
  ++reserved_;
  return true;
}

void SimListener::add(std::shared_ptr<SimLink> link) {
  --reserved_;
  SimHost& host = link->server().host();
  waiting_.push_back(std::move(link));
  if (watcher_ != nullptr) host.ready.note(*watcher_);
}

std::shared_ptr<SimLink> SimListener::take() {
  if (waiting_.empty()) return nullptr;
  std::shared_ptr<SimLink> link = std::move(waiting_.front());
  waiting_.pop_front();
  return link;
}

}  // namespace ropewalk::detail
