#include "reactor/libevent/libevent_driver.h"

#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "reactor/libevent/socket_acceptor.h"
#include "reactor/libevent/socket_channel.h"
#include "reactor/libevent/socket_options.h"
#include "ropewalk/error.h"

namespace ropewalk::detail {

namespace {

EventBasePointer makeBase() {
  const std::unique_ptr<event_config, void (*)(event_config*)> config(event_config_new(),
                                                                      event_config_free);
  if (!config) throw Error("libevent: out of memory");
  // No locks: one thread. No environment: a variable must not change the backend. No cached time:
  // our timers are not libevent's, so it need not ask for the time at all.
  event_config_set_flag(config.get(), EVENT_BASE_FLAG_NOLOCK);
  event_config_set_flag(config.get(), EVENT_BASE_FLAG_IGNORE_ENV);
  event_config_set_flag(config.get(), EVENT_BASE_FLAG_NO_CACHE_TIME);
  event_config_require_features(config.get(), EV_FEATURE_ET | EV_FEATURE_O1);
  EventBasePointer base(event_base_new_with_config(config.get()));
  if (!base) throw Error("libevent: no epoll backend");
  return base;
}

// The program's own handler for Ctrl-C is left alone (RC17). To ignore it, as a shell has its
// background jobs do, is no handler: who sends SIGINT to a server means it.
bool isTaken(int signal) {
  struct sigaction present {};
  sys::kernel.sigaction(signal, nullptr, &present);
  return signal == SIGINT && present.sa_handler != SIG_DFL && present.sa_handler != SIG_IGN;
}

sys::FileDescriptor required(const char* what, int fd) {
  if (fd >= 0) return sys::FileDescriptor(fd);
  const std::error_code why(errno, std::generic_category());
  throw Error(std::string(what) + ": " + why.message(), why);
}

}  // namespace

std::unique_ptr<Driver> makeLibeventDriver() { return std::make_unique<LibeventDriver>(); }

LibeventDriver::LibeventDriver()
    : base_(makeBase()),
      timer_(required("timerfd_create",
                      sys::kernel.timerfdCreate(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC))),
      waker_(required("eventfd", sys::kernel.eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC))),
      timerEvent_(watch(timer_.get(), alarmRang)),
      wakerEvent_(watch(waker_.get(), woken)) {}

EventPointer LibeventDriver::watch(int fd, event_callback_fn called) {
  EventPointer watching(event_new(base(), fd, EV_READ | EV_PERSIST | EV_ET, called, this));
  if (!watching || event_add(watching.get(), nullptr) != 0)
    throw Error("libevent: event_add failed");
  return watching;
}

TimePoint LibeventDriver::now() const {
  timespec time{};
  sys::kernel.clockGettime(CLOCK_MONOTONIC, &time);
  return TimePoint(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
}

// An alarm that is set too early costs one wake-up; setting it again each time the first deadline
// moves away would cost a system call each time.
void LibeventDriver::setAlarm(TimePoint when) {
  if (when >= alarm_) return;
  alarm_ = when;
  // Zero would disarm it; a moment that has passed rings at once.
  const Duration due = std::max(when.time_since_epoch(), Duration(1));
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(due);
  itimerspec setting{};
  setting.it_value.tv_sec = seconds.count();
  setting.it_value.tv_nsec = (due - seconds).count();
  sys::kernel.timerfdSettime(timer_.get(), TFD_TIMER_ABSTIME, &setting, nullptr);
}

bool LibeventDriver::wait(bool block) {
  event_base_loop(base(), block ? EVLOOP_ONCE : EVLOOP_ONCE | EVLOOP_NONBLOCK);
  return true;
}

void LibeventDriver::wake() noexcept {
  const std::uint64_t one = 1;
  // It cannot fail but for a full counter, and then somebody has woken us 2^64 times.
  [[maybe_unused]] const ssize_t written = sys::kernel.write(waker_.get(), &one, sizeof one);
}

void LibeventDriver::alarmRang(int, short, void* driver) noexcept {
  static_cast<LibeventDriver*>(driver)->alarm_ = TimePoint::max();
}

// Nothing to do but to have ended the wait.
void LibeventDriver::woken(int, short, void*) noexcept {}

void LibeventDriver::signalled(int signal, short, void* driver) noexcept {
  static_cast<LibeventDriver*>(driver)->owner_->signalled(signal);
}

void LibeventDriver::catchSignals(bool on) {
  signalEvents_.clear();  // libevent puts the old handlers back
  if (!on) return;
  for (const int signal : {SIGINT, SIGTERM}) {
    if (isTaken(signal)) continue;
    EventPointer caught(evsignal_new(base(), signal, signalled, this));
    if (!caught || event_add(caught.get(), nullptr) != 0) {
      throw Error("libevent: cannot catch signals");
    }
    signalEvents_.push_back(std::move(caught));
  }
}

Listening LibeventDriver::listen(const Address& host, const ListenOptions& options) {
  OpenedSocket opened = openListening(host, options);
  if (!opened.socket) return {nullptr, opened.error};
  return {std::make_unique<SocketAcceptor>(*this, std::move(opened.socket)), 0};
}

Connecting LibeventDriver::connect(const Address& peer, const Address& bind,
                                   const ConnectOptions& options) {
  OpenedSocket opened = openConnecting(peer, bind, options);
  if (!opened.socket) return {nullptr, opened.error, opened.binding};
  return {std::make_unique<SocketChannel>(*this, std::move(opened.socket), peer), 0, false};
}

std::size_t LibeventDriver::descriptorLimit() const {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  return static_cast<std::size_t>(limit.rlim_cur);
}

void LibeventDriver::randomBytes(std::span<std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t got = sys::kernel.getrandom(bytes.data(), bytes.size(), 0);
    if (got > 0) bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
}

}  // namespace ropewalk::detail
