// libevent keeps one base per process for signals, so `catching` says which reactor has it. A
// signal handler of ours runs before libevent's and recognises a child process.

#include "reactor/libevent/signal_events.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <utility>

#include "reactor/libevent/libevent_log.h"
#include "ropewalk/error.h"
#include "sys/kernel.h"

namespace ropewalk::detail {

namespace {

constinit std::atomic<const SignalEvents*> catching = nullptr;

// The disposition of each signal before it was caught. Read by the signal handler.
struct Earlier {
  std::atomic<bool> isCaught;
  struct sigaction action;
};
Earlier earlier[NSIG];

// The process that catches signals, and libevent's handler.
constinit std::atomic<pid_t> catcher = 0;
constinit std::atomic<void (*)(int)> libeventsHandler = nullptr;

// Installed instead of libevent's handler, and calls it. libevent's handler writes to a pipe that a
// child shares with its parent. So in a child process (before its dispositions are restored, or if
// it was made without fork(3)), this restores the earlier disposition and raises the signal again.
extern "C" void caught(int signal) {
  const int error = errno;
  const pid_t self = ::getpid();
  if (self == catcher.load()) {
    libeventsHandler.load()(signal);
  } else {
    sys::kernel.sigaction(signal, &earlier[signal].action, nullptr);
    ::kill(self, signal);  // delivered when this returns
  }
  errno = error;
}

// Called after libevent has installed its handler.
void putOursInFront(int signal) noexcept {
  struct sigaction present {};
  sys::kernel.sigaction(signal, nullptr, &present);
  libeventsHandler = present.sa_handler;
  catcher = ::getpid();
  present.sa_handler = caught;
  sys::kernel.sigaction(signal, &present, nullptr);
}

// The program's own handler for Ctrl-C stays (RC17). SIG_IGN, which a shell sets for background
// jobs, does not count as a handler: a SIGINT sent to a server is deliberate.
bool isTaken(int signal) {
  struct sigaction present {};
  sys::kernel.sigaction(signal, nullptr, &present);
  return signal == SIGINT && present.sa_handler != SIG_DFL && present.sa_handler != SIG_IGN;
}

}  // namespace

void SignalEvents::catchStop(bool on) {
  for (const int signal : {SIGINT, SIGTERM}) {
    if (!on) {
      remove(signal);
    } else if (!isTaken(signal)) {
      add(signal);
    }
  }
}

bool SignalEvents::add(int signal) {
  const SignalEvents* nobody = nullptr;
  if (!catching.compare_exchange_strong(nobody, this) && nobody != this) return false;
  if (caught_.contains(signal)) return true;
  const QuietLibevent quiet;  // libevent may warn of signals on the parent's base
  EventPointer event(evsignal_new(base_, signal, signalled, this));
  const bool isSignal = signal > 0 && signal < NSIG;
  if (isSignal) sys::kernel.sigaction(signal, nullptr, &earlier[signal].action);
  if (!isSignal || !event || event_add(event.get(), nullptr) != 0) {
    if (caught_.empty()) release();
    throw Error("signal " + std::to_string(signal) + " cannot be caught");
  }
  earlier[signal].isCaught = true;
  putOursInFront(signal);
  caught_.emplace(signal, std::move(event));
  return true;
}

void SignalEvents::remove(int signal) noexcept {
  if (caught_.erase(signal) > 0) earlier[signal].isCaught = false;
  if (caught_.empty()) release();
}

void SignalEvents::release() noexcept {
  for (const auto& [signal, event] : caught_) earlier[signal].isCaught = false;
  caught_.clear();
  const SignalEvents* ours = this;
  catching.compare_exchange_strong(ours, nullptr);
}

void SignalEvents::forkedInChild() noexcept {
  catching = nullptr;
  for (int signal = 1; signal < NSIG; ++signal) {
    if (!earlier[signal].isCaught.exchange(false)) continue;
    sys::kernel.sigaction(signal, &earlier[signal].action, nullptr);
  }
}

void SignalEvents::beforeReinit() noexcept {
  for (const auto& [signal, event] : caught_) toCatchAgain_.push_back(signal);
  caught_.clear();
}

void SignalEvents::afterFork() {
  for (const int signal : std::exchange(toCatchAgain_, {})) {
    if (!add(signal)) return;
  }
}

void SignalEvents::signalled(int signal, short, void* events) noexcept {
  static_cast<SignalEvents*>(events)->owner_->signalled(signal);
}

}  // namespace ropewalk::detail
