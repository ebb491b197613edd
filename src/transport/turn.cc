#include "transport/turn.h"

#include <utility>

#include "ropewalk/reactor.h"
#include "transport/connection.h"

namespace ropewalk::detail {

Turn::Turn(Reactor& reactor)
    : reactor_(reactor),
      readBuffer_(std::make_unique_for_overwrite<char[]>(kReadSize)),
      slowTurns_(reactor) {}

Turn::~Turn() = default;

std::string Turn::logPrefix() const { return inHand_ ? inHand_->logPrefix() : std::string(); }

TimePoint Turn::now() {
  if (!nowKnown_) now_ = reactor_.now();
  nowKnown_ = true;
  return now_;
}

void Turn::add(Connection& connection) {
  open_.emplace_back(&connection);
  connection.setPlace(open_.size() - 1);
  ++made_;
}

// The last one takes the place of the one that goes.
void Turn::remove(Connection& connection) noexcept {
  const std::size_t place = connection.place();
  std::swap(open_[place], open_.back());
  open_[place]->setPlace(place);
  const Ref<Connection> last = std::move(open_.back());
  open_.pop_back();
}

std::vector<Ref<Connection>> Turn::connections() const { return open_; }

void Turn::flushSoon(Connection& connection) { toFlush_.emplace_back(&connection); }

void Turn::settleSoon(Connection& connection) { toSettle_.emplace_back(&connection); }

bool Turn::finishPending() noexcept {
  std::vector<Ref<Connection>> settling;
  settling.swap(toSettle_);
  for (const Ref<Connection>& connection : settling) connection->settle();
  if (toSettle_.empty()) {
    // The memory for the list is used again.
    settling.clear();
    toSettle_.swap(settling);
  }
  flushAll();
  return !toSettle_.empty();
}

void Turn::flushAll() noexcept {
  // By index: a flush may ask for another one, of itself or of somebody else.
  for (std::size_t i = 0; i < toFlush_.size(); ++i) {
    const Ref<Connection> connection = toFlush_[i];
    connection->flush();
  }
  toFlush_.clear();
}

void Turn::countClosed(std::string_view reason) {
  const auto found = closed_.find(reason);
  if (found != closed_.end()) {
    ++found->second;
  } else {
    closed_.emplace(reason, 1);
  }
}

}  // namespace ropewalk::detail
