#pragma once

#include <cstddef>

#include "ropewalk/http/body_writer.h"

namespace ropewalk::http::server {

// The coroutines that wait in drained() of one body, in the order in which they came.
class RoomLine {
 public:
  bool isEmpty() const noexcept { return first_ == nullptr; }
  std::size_t size() const noexcept;
  void add(BodyWriter::Drained& waiter) noexcept;

  // REQUIRES: it waits here.
  void remove(BodyWriter::Drained& waiter) noexcept;

  // Lets the first one go on. REQUIRES: !isEmpty().
  void resumeFirst() noexcept;

  // Raises CancelledError in all of them.
  void loseAll() noexcept;

 private:
  BodyWriter::Drained& takeFirst() noexcept;

  BodyWriter::Drained* first_ = nullptr;
};

}  // namespace ropewalk::http::server
