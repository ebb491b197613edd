#pragma once

#include <map>
#include <vector>

#include "reactor/driver.h"
#include "reactor/libevent/event_deleter.h"

namespace ropewalk::detail {

// The signals that one reactor catches. In libevent 2.1 only one base per process can catch
// signals: the first that asks keeps them until it has released all.
class SignalEvents {
 public:
  // `base` must outlive this.
  explicit SignalEvents(event_base* base) noexcept : base_(base) {}
  SignalEvents(const SignalEvents&) = delete;
  SignalEvents& operator=(const SignalEvents&) = delete;
  ~SignalEvents() { release(); }

  void setOwner(DriverOwner& owner) noexcept { owner_ = &owner; }

  // SIGINT and SIGTERM, except those that the program or another reactor handles.
  void catchStop(bool on);

  // False if another reactor catches signals. Throws Error if the kernel refuses.
  bool add(int signal);

  // Restores the previous handler.
  void remove(int signal) noexcept;

  // In a child, from inside fork(): restores the disposition that each signal had before a reactor
  // caught it, so that exec(2) passes it on.
  static void forkedInChild() noexcept;

  // Before and after event_reinit() in a child: releases the signals, then catches them again,
  // unless another reactor of the child catches signals by now.
  void beforeReinit() noexcept;
  void afterFork();

 private:
  static void signalled(int signal, short what, void* events) noexcept;
  void release() noexcept;

  event_base* const base_;
  DriverOwner* owner_ = nullptr;
  std::map<int, EventPointer> caught_;
  std::vector<int> toCatchAgain_;
};

}  // namespace ropewalk::detail
