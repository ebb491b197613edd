#include "transport/room_waiters.h"

#include <cassert>
#include <utility>

namespace ropewalk {

void RoomWaiter::stopAwaitingRoom() noexcept {
  if (links_.list != nullptr) links_.list->remove(*this);
}

namespace detail {

RoomWaiters::~RoomWaiters() {
  while (first_ != nullptr) remove(*first_);
}

void RoomWaiters::add(RoomWaiter& waiter, std::size_t atMost) noexcept {
  assert(!waiter.awaitsRoom() && "this waits for room already");
  RoomWaiter* const last = first_ != nullptr ? first_->roomLinks().before : nullptr;
  waiter.roomLinks() = {.list = this, .before = last, .after = nullptr, .atMost = atMost};
  (last != nullptr ? last->roomLinks().after : first_) = &waiter;
  first_->roomLinks().before = &waiter;
}

void RoomWaiters::remove(RoomWaiter& waiter) noexcept {
  const RoomLinks links = std::exchange(waiter.roomLinks(), {});
  (links.after != nullptr ? links.after : first_)->roomLinks().before = links.before;
  (&waiter == first_ ? first_ : links.before->roomLinks().after) = links.after;
}

RoomWaiter* RoomWaiters::firstFor(std::size_t unsent) const noexcept {
  RoomWaiter* waiter = first_;
  while (waiter != nullptr && waiter->roomLinks().atMost < unsent) {
    waiter = waiter->roomLinks().after;
  }
  return waiter;
}

std::size_t RoomWaiters::countFor(std::size_t unsent) const noexcept {
  std::size_t count = 0;
  for (RoomWaiter* waiter = first_; waiter != nullptr; waiter = waiter->roomLinks().after) {
    if (waiter->roomLinks().atMost >= unsent) ++count;
  }
  return count;
}

RoomWaiter* RoomWaiters::takeOneFor(std::size_t unsent) noexcept {
  RoomWaiter* const waiter = firstFor(unsent);
  if (waiter != nullptr) remove(*waiter);
  return waiter;
}

void RoomWaiters::lose() noexcept {
  while (first_ != nullptr) {
    RoomWaiter& waiter = *first_;
    remove(waiter);
    waiter.roomLost();
  }
}

}  // namespace detail
}  // namespace ropewalk
