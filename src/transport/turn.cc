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
      slowTurns_(reactor) {
  // Made now, for when there is no memory to make them.
  Failure::of(std::bad_alloc()).typeName();
  for (const Failure* const each : {&Failure::connectionDone(), &Failure::connectionLost(),
                                    &Failure::connectionAborted(), &Failure::cancelled()}) {
    each->typeName();
  }
}

Turn::~Turn() = default;

std::string Turn::logPrefix() const { return inHand_ ? inHand_->logPrefix() : std::string(); }

void Turn::add(Connection& connection) noexcept {
  open_.add(connection);
  ++made_;
}

void Turn::remove(Connection& connection) noexcept { open_.remove(connection); }

std::vector<Ref<Connection>> Turn::connections() const {
  std::vector<Ref<Connection>> all;
  all.reserve(open_.size());
  for (Connection* each = open_.first(); each; each = OpenConnections::after(*each)) {
    all.emplace_back(each);
  }
  return all;
}

// None of them ends meanwhile: ends come from settle().
void Turn::drainAll() noexcept {
  for (Connection* each = open_.first(); each; each = OpenConnections::after(*each)) each->drain();
}

void Turn::endAll(const Failure& why) noexcept {
  stopping_ = true;
  while (Connection* const first = open_.first()) first->end(why);
  stopping_ = false;
}

bool Turn::finishPending() noexcept {
  auto settling = std::move(toSettle_);
  while (!settling.empty()) settling.pop()->settle();
  flushAll();
  return !toSettle_.empty();
}

// A flush may ask for another one, of itself or of somebody else.
void Turn::flushAll() noexcept {
  while (!toFlush_.empty()) toFlush_.pop()->flushFromLine();
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
