// The state that all connections of a reactor share. Keeps the lists of busy, idle and lingering
// connections, chooses the one to close when room is needed, and settles and flushes the queued
// ones at the end of each turn.

#include "transport/turn.h"

#include <new>
#include <utility>

#include "ropewalk/failure.h"
#include "ropewalk/reactor.h"
#include "transport/connection.h"

namespace ropewalk::detail {

Turn::Turn(Reactor& reactor)
    : reactor_(reactor),
      readBuffer_(std::make_unique_for_overwrite<char[]>(kReadSize)),
      deadlines_(reactor),
      slowTurns_(reactor) {
  // Made now, because there may be no memory for them when they are needed.
  Failure::of(std::bad_alloc()).typeName();
  for (const Failure* const each : {&Failure::connectionDone(), &Failure::connectionLost(),
                                    &Failure::connectionAborted(), &Failure::cancelled()}) {
    each->typeName();
  }
}

Turn::~Turn() = default;

std::string Turn::logPrefix() const { return inHand_ ? inHand_->logPrefix() : std::string(); }

void Turn::add(Connection& connection) noexcept {
  busy_.add(connection);
  ++open_;
  ++made_;
}

void Turn::remove(Connection& connection) noexcept {
  unlist(connection);
  --open_;
}

IdleConnections& Turn::groupOf(Connection& connection) noexcept {
  IdleConnections* const ports = connection.idleGroup();
  return ports ? *ports : idle_;
}

void Turn::unlist(Connection& connection) noexcept {
  if (connection.standing() == Standing::Busy) return busy_.remove(connection);
  IdleConnections& group = groupOf(connection);
  group.remove(connection, connection.standing());
  idleGroups_.update(group);
}

void Turn::setStanding(Connection& connection, Standing standing) noexcept {
  const Ref<Connection> kept(&connection);
  unlist(connection);
  connection.stand(standing, standing == Standing::Idle ? ++becameIdle_ : 0);
  if (standing == Standing::Busy) return busy_.add(connection);
  IdleConnections& group = groupOf(connection);
  group.add(connection, standing);
  idleGroups_.update(group);
}

// The first connection that may be closed now. One with unsent output or unread input moves to the
// end of the list, as if it became idle now.
Connection* Turn::evictable(IdleConnections& group) noexcept {
  constexpr int kLooks = 8;
  for (int looks = 0; looks < kLooks && !group.empty(); ++looks) {
    Connection& first = *group.first();
    if (first.isEvictable()) return &first;
    setStanding(first, first.isDisconnecting() ? Standing::Busy : Standing::Idle);
  }
  return nullptr;
}

bool Turn::evict(IdleConnections& group) noexcept {
  Connection* const chosen = evictable(group);
  if (chosen) chosen->end(Failure::connectionDone());
  return chosen != nullptr;
}

bool Turn::evict() noexcept {
  Connection* chosen = nullptr;
  IdleConnections* next = nullptr;
  for (IdleConnections* group = idleGroups_.first(); group; group = next) {
    next = IdleGroups::after(*group);  // evictable() may empty the group
    Connection* const each = evictable(*group);
    if (each && (!chosen || each->idleSince() < chosen->idleSince())) chosen = each;
  }
  if (chosen) chosen->end(Failure::connectionDone());
  return chosen != nullptr;
}

template <typename Call>
void Turn::forEach(const Call& call) const {
  const auto each = [&](const ConnectionList& list) {
    for (Connection* at = list.first(); at; at = ConnectionList::after(*at)) call(*at);
  };
  each(busy_);
  for (auto* group = idleGroups_.first(); group; group = IdleGroups::after(*group)) {
    each(group->idle());
    each(group->lingering());
  }
}

std::vector<Ref<Connection>> Turn::connections() const {
  std::vector<Ref<Connection>> all;
  all.reserve(open_);
  forEach([&](Connection& each) { all.emplace_back(&each); });
  return all;
}

// No connection ends during this loop, because ends come from settle().
void Turn::drainAll() noexcept {
  forEach([](Connection& each) { each.drain(); });
}

void Turn::endAll(const Failure& why) noexcept {
  stopping_ = true;
  while (open_ > 0 && !isLeft_) {
    Connection* const busy = busy_.first();
    (busy ? busy : idleGroups_.first()->first())->end(why);
  }
  stopping_ = false;
}

void Turn::setLeft(bool on) noexcept {
  isLeft_ = on;
  deadlines_.setLeft(on);
  if (inHand_) inHand_->leave(on);
  if (!on) forEach([](Connection& each) { each.inherit(); });
}

void Turn::abandonAll() noexcept {
  forEach([](Connection& each) { each.abandon(); });
}

bool Turn::finishPending() noexcept {
  auto settling = std::move(toSettle_);
  while (!settling.empty() && !isLeft_) settling.pop()->settle();
  flushAll();
  return !toSettle_.empty();
}

// A flush may queue another flush, of the same connection or of another one.
void Turn::flushAll() noexcept {
  while (!toFlush_.empty() && !isLeft_) toFlush_.pop()->flushFromLine();
}

void Turn::countClosed(std::string_view reason) noexcept {
  const auto found = closed_.find(reason);
  if (found != closed_.end()) {
    ++found->second;
    return;
  }
  try {
    closed_.emplace(reason, 1);
  } catch (...) {
    ++closedWithoutName_;
  }
}

}  // namespace ropewalk::detail
