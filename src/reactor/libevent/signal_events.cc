#include "reactor/libevent/signal_events.h"

#include <atomic>
#include <csignal>
#include <utility>

#include "ropewalk/error.h"
#include "sys/kernel.h"

namespace ropewalk::detail {

namespace {

constinit std::atomic<const SignalEvents*> catching = nullptr;

// The program's own handler for Ctrl-C is left alone (RC17). To ignore it, as a shell has its
// background jobs do, is no handler: who sends SIGINT to a server means it.
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
  EventPointer caught(evsignal_new(base_, signal, signalled, this));
  if (!caught || event_add(caught.get(), nullptr) != 0) {
    if (caught_.empty()) release();
    throw Error("signal " + std::to_string(signal) + " cannot be caught");
  }
  caught_.emplace(signal, std::move(caught));
  return true;
}

void SignalEvents::remove(int signal) noexcept {
  caught_.erase(signal);
  if (caught_.empty()) release();
}

void SignalEvents::release() noexcept {
  caught_.clear();
  const SignalEvents* ours = this;
  catching.compare_exchange_strong(ours, nullptr);
}

void SignalEvents::signalled(int signal, short, void* events) noexcept {
  static_cast<SignalEvents*>(events)->owner_->signalled(signal);
}

}  // namespace ropewalk::detail
