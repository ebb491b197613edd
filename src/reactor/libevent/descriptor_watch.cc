#include "reactor/libevent/descriptor_watch.h"

#include <fcntl.h>

#include <cerrno>

#include "reactor/libevent/libevent_driver.h"
#include "reactor/libevent/libevent_log.h"
#include "sys/kernel.h"

namespace ropewalk::detail {

DescriptorWatch::DescriptorWatch(LibeventDriver& driver, int fd, WatchOwner& owner)
    : driver_(driver), fd_(fd), owner_(owner) {
  driver_.add(*this);
}

DescriptorWatch::~DescriptorWatch() {
  DescriptorWatch::setInterest(Interest::Nothing);
  driver_.remove(*this);
}

void DescriptorWatch::readable(int, short, void* watch) noexcept {
  static_cast<DescriptorWatch*>(watch)->owner_.readReady();
}

void DescriptorWatch::writable(int, short, void* watch) noexcept {
  static_cast<DescriptorWatch*>(watch)->owner_.writeReady();
}

int DescriptorWatch::setInterest(Interest interest) noexcept {
  const int readError = set(read_, Interest::Read, has(interest, Interest::Read));
  const int writeError = set(write_, Interest::Write, has(interest, Interest::Write));
  return readError != 0 ? readError : writeError;
}

int DescriptorWatch::set(EventPointer& event, Interest side, bool on) noexcept {
  if (!driver_.isOurs()) {
    forget(event);
    return on ? EBADF : 0;
  }
  const auto bit = static_cast<unsigned>(side);
  if (!on) {
    event.reset();
    polled_ = static_cast<Interest>(static_cast<unsigned>(polled_) & ~bit);
    if (polled_ == Interest::Nothing) driver_.stopPolling(*this);
    return 0;
  }
  if (event || has(polled_, side)) return 0;
  if (!isOpen()) return EBADF;
  const bool reads = side == Interest::Read;
  const auto what = static_cast<short>((reads ? EV_READ : EV_WRITE) | EV_PERSIST);
  event.reset(event_new(driver_.base(), fd_, what, reads ? readable : writable, this));
  const QuietLibevent quiet;  // a refusal is expected
  errno = ENOMEM;
  if (event && event_add(event.get(), nullptr) == 0) return 0;
  int error = errno;
  event.reset();
  if (error == EPERM) error = driver_.startPolling(*this);
  if (error == 0) polled_ = polled_ | side;
  return error;
}

bool DescriptorWatch::isOpen() const noexcept { return sys::kernel.fcntl(fd_, F_GETFD, 0) >= 0; }

}  // namespace ropewalk::detail
