#pragma once

#include <climits>
#include <memory>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "reactor/driver.h"
#include "reactor/libevent/event_deleter.h"
#include "reactor/libevent/signal_events.h"
#include "reactor/libevent/socket_options.h"
#include "ropewalk/file_descriptor.h"
#include "sys/process_mark.h"

namespace ropewalk::detail {

class AnswerBox;
class DescriptorWatch;

// The real world: readiness and signals from libevent, time from one timerfd, wake-ups from one
// eventfd. On epoll both descriptors are edge-triggered and never read, which saves a system call
// each time.
//
// libevent calls from C, so every function passed to it is noexcept.
class LibeventDriver final : public Driver {
 public:
  // `backend`: epoll, poll or select. Throws Error.
  explicit LibeventDriver(std::string_view backend);
  ~LibeventDriver() override;

  event_base* base() const noexcept { return base_.get(); }

  // True if the backend can be edge-triggered, as epoll can.
  bool hasEdges() const noexcept { return hasEdges_; }

  // Descriptors from this number on count as EMFILE: libevent aborts when select gets 1024.
  int descriptorEnd() const noexcept { return descriptorEnd_; }

  // Called by a watch when it is made and destroyed.
  void add(DescriptorWatch& watch) { watches_.insert(&watch); }
  void remove(DescriptorWatch& watch) noexcept { watches_.erase(&watch); }

  // Called by a watch. From then on, each turn calls the owner for the sides in polled(), and the
  // loop does not sleep. Returns 0 or the errno.
  int startPolling(DescriptorWatch& watch) noexcept;
  void stopPolling(DescriptorWatch& watch) noexcept;

  void setOwner(DriverOwner& owner) override { signals_.setOwner(owner); }
  TimePoint now() const override;
  void setAlarm(TimePoint when) override;
  bool wait(bool block) override;
  void wake() noexcept override;
  void catchStopSignals(bool on) override { signals_.catchStop(on); }
  void catchSignal(int signal, bool on) override;
  void afterFork() override;
  bool isOurs() const noexcept override { return process_.isOurs(); }
  void forkedInChild() noexcept override;
  void abandon() noexcept override;
  Listening listen(const Address& host, const ListenOptions& options) override;
  Connecting connect(const Address& peer, const Address& bind,
                     const ConnectOptions& options) override;
  Listening adoptPort(int fd, const ListenOptions& options) override;
  Connecting adoptConnection(int fd, const ConnectionLimits& limits) override;
  std::unique_ptr<Lookup> lookUp(const std::string& name, LookupOwner& owner) override;
  sys::NameAnswer lookUpNow(const std::string& name) override { return sys::lookUp(name); }
  std::unique_ptr<Watch> watch(int fd, WatchOwner& owner) override;
  std::size_t descriptorLimit() const override;
  std::size_t openDescriptors() const override;
  bool isReal() const noexcept override { return true; }
  void randomBytes(std::span<std::uint8_t> bytes) override;

 private:
  static void alarmRang(int fd, short what, void* driver) noexcept;
  static void woken(int fd, short what, void* driver) noexcept;
  static void poll(int fd, short what, void* driver) noexcept;
  void openWakers();
  OpenedSocket watchable(OpenedSocket opened) const;
  EventPointer watching(int fd, int how, event_callback_fn called) noexcept;
  void dropClosed() noexcept;

  sys::ProcessMark process_;

  // The order matters: events must be destroyed before the base, and before the descriptors they
  // watch.
  EventBasePointer base_;
  const bool hasEdges_;
  const int descriptorEnd_;
  FileDescriptor timer_;
  FileDescriptor waker_;
  FileDescriptor ready_;  // always readable: while it is watched, the loop does not sleep
  EventPointer timerEvent_;
  EventPointer wakerEvent_;
  EventPointer readyEvent_;
  SignalEvents signals_;
  std::unordered_set<DescriptorWatch*> watches_;
  std::vector<DescriptorWatch*> polled_;
  std::shared_ptr<AnswerBox> answers_;
  TimePoint alarm_ = TimePoint::max();
};

}  // namespace ropewalk::detail
