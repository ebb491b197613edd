#include "reactor/libevent/signal_events.h"

#include <atomic>
#include <utility>

#include "ropewalk/error.h"

namespace ropewalk::detail {

namespace {

constinit std::atomic<const SignalEvents*> catching = nullptr;

}  // namespace

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
