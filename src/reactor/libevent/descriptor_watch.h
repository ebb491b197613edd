#pragma once

#include <cstddef>

#include "reactor/driver.h"
#include "reactor/libevent/event_deleter.h"

namespace ropewalk::detail {

class LibeventDriver;

// A watch on a descriptor that user code owns. One that epoll refuses (a regular file) counts as
// always ready, and the driver polls it (RC23).
class DescriptorWatch final : public Watch {
 public:
  // Both must outlive this.
  DescriptorWatch(LibeventDriver& driver, int fd, WatchOwner& owner);
  ~DescriptorWatch() override;

  int setInterest(Interest interest) noexcept override;
  bool isOpen() const noexcept override;

  WatchOwner& owner() const noexcept { return owner_; }

  // The sides for which the driver must poll it.
  Interest polled() const noexcept { return polled_; }

  // For the driver: its index in the list of polled watches.
  static constexpr std::size_t kNowhere = ~std::size_t{0};
  std::size_t pollPlace = kNowhere;

 private:
  static void readable(int fd, short what, void* watch) noexcept;
  static void writable(int fd, short what, void* watch) noexcept;
  int set(EventPointer& event, Interest side, bool on) noexcept;

  LibeventDriver& driver_;
  const int fd_;
  WatchOwner& owner_;
  EventPointer read_;
  EventPointer write_;
  Interest polled_ = Interest::Nothing;
};

}  // namespace ropewalk::detail
