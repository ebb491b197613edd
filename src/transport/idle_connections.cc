#include "transport/idle_connections.h"

#include <utility>

namespace ropewalk::detail {

void IdleConnections::add(Connection& connection, Standing standing) noexcept {
  list(standing).add(connection);
}

void IdleConnections::remove(Connection& connection, Standing standing) noexcept {
  list(standing).remove(connection);
}

void IdleGroups::update(IdleConnections& group) noexcept {
  if (group.empty() == !group.isListed_) return;
  group.isListed_ = !group.isListed_;
  group.isListed_ ? list(group) : unlist(group);
}

void IdleGroups::list(IdleConnections& group) noexcept {
  group.after_ = first_;
  if (first_) first_->before_ = &group;
  first_ = &group;
}

void IdleGroups::unlist(IdleConnections& group) noexcept {
  IdleConnections* const before = std::exchange(group.before_, nullptr);
  IdleConnections* const after = std::exchange(group.after_, nullptr);
  (before ? before->after_ : first_) = after;
  if (after) after->before_ = before;
}

}  // namespace ropewalk::detail
