#pragma once

#include <memory>
#include <vector>

#include "reactor/driver.h"
#include "reactor/libevent/event_deleter.h"
#include "sys/file_descriptor.h"

namespace ropewalk::detail {

// The real world: readiness and signals from libevent's epoll backend, time from one timerfd,
// wake-ups from one eventfd. Both descriptors are edge-triggered and never read, which saves a
// system call each.
//
// What libevent calls is C: every function that is handed to it is noexcept.
class LibeventDriver final : public Driver {
 public:
  LibeventDriver();

  event_base* base() const noexcept { return base_.get(); }

  void setOwner(DriverOwner& owner) override { owner_ = &owner; }
  TimePoint now() const override;
  void setAlarm(TimePoint when) override;
  bool wait(bool block) override;
  void wake() noexcept override;
  void catchSignals(bool on) override;
  Listening listen(const Address& host, const ListenOptions& options) override;
  Connecting connect(const Address& peer, const Address& bind,
                     const ConnectOptions& options) override;
  std::size_t descriptorLimit() const override;
  void randomBytes(std::span<std::uint8_t> bytes) override;

 private:
  static void alarmRang(int fd, short what, void* driver) noexcept;
  static void woken(int fd, short what, void* driver) noexcept;
  static void signalled(int signal, short what, void* driver) noexcept;
  EventPointer watch(int fd, event_callback_fn called);

  // In this order: events go before the base, descriptors after the events that watch them.
  EventBasePointer base_;
  sys::FileDescriptor timer_;
  sys::FileDescriptor waker_;
  EventPointer timerEvent_;
  EventPointer wakerEvent_;
  std::vector<EventPointer> signalEvents_;
  DriverOwner* owner_ = nullptr;
  TimePoint alarm_ = TimePoint::max();
};

}  // namespace ropewalk::detail
