#include "http/server/room_line.h"

#include <utility>

namespace ropewalk::http::server {

std::size_t RoomLine::size() const noexcept {
  std::size_t count = 0;
  for (const auto* waiter = first_; waiter != nullptr; waiter = waiter->next_) ++count;
  return count;
}

void RoomLine::add(BodyWriter::Drained& waiter) noexcept {
  BodyWriter::Drained** end = &first_;
  while (*end != nullptr) end = &(*end)->next_;
  *end = &waiter;
}

void RoomLine::remove(BodyWriter::Drained& waiter) noexcept {
  BodyWriter::Drained** at = &first_;
  while (*at != &waiter) at = &(*at)->next_;
  *at = std::exchange(waiter.next_, nullptr);
}

BodyWriter::Drained& RoomLine::takeFirst() noexcept {
  BodyWriter::Drained& waiter = *first_;
  first_ = std::exchange(waiter.next_, nullptr);
  return waiter;
}

void RoomLine::resumeFirst() noexcept { takeFirst().roomAvailable(); }

void RoomLine::loseAll() noexcept {
  while (!isEmpty()) takeFirst().roomLost();
}

}  // namespace ropewalk::http::server
