#include "ropewalk/timeout.h"

#include <optional>
#include <string>

#include "async/in_seconds.h"
#include "reactor/reactor_core.h"
#include "ropewalk/error.h"
#include "ropewalk/failure.h"
#include "ropewalk/protocol.h"
#include "ropewalk/reactor.h"
#include "transport/belongings.h"
#include "transport/timed_call.h"

namespace ropewalk {
namespace {

detail::Turn& turnOf(const TransportRef& transport) noexcept {
  return detail::ReactorCore::of(transport->reactor()).turn();
}

}  // namespace

Timeout::~Timeout() {
  if (keeper_ != nullptr) keeper_->forget(*this);
}

std::optional<Duration> Timeout::set(Duration period) {
  if (period < Duration::zero()) throw NegativeDelay();
  const std::optional<Duration> before = this->period();
  if (keeper_ == nullptr) {
    if (!protocol_.transport->isConnected()) return before;
    detail::Belongings& belongings = detail::Belongings::of(protocol_);
    if (belongings.isOver()) return before;
    belongings.keep(*this);
  }
  period_ = period;
  restart();
  return before;
}

void Timeout::restart() noexcept {
  if (keeper_ == nullptr || period_ == kNotSet) return;
  detail::Turn& turn = turnOf(protocol_.transport);
  turn.requireHome("Timeout::restart()");
  due_ = later(turn.reactor().now(), period_);
  isPutOff_ = false;
  turn.deadlines().set(*this, due_);
}

void Timeout::stop() noexcept {
  period_ = kNotSet;
  clearDeadline();
}

std::optional<Duration> Timeout::period() const noexcept {
  return period_ == kNotSet ? std::nullopt : std::optional(period_);
}

void Timeout::deadlinePassed() noexcept {
  if (keeper_->isOver() || protocol_.transport->isDisconnecting()) return;
  detail::Turn& turn = turnOf(protocol_.transport);
  const TimePoint now = turn.reactor().now();
  // What kept this thread from calling in time kept it from reading, too.
  if (!isPutOff_ && now > later(due_, 2 * detail::DeadlineWheel::kTick)) {
    isPutOff_ = true;
    return turn.deadlines().set(*this, now);
  }
  const TransportRef transport = protocol_.transport;
  const auto call = [this] { pass(); };
  detail::runTimedCall(transport, call);
}

void Timeout::pass() {
  if (onTimeout_) return onTimeout_();
  const std::string text = "timed out after " + detail::inSeconds(period_) + " s";
  protocol_.transport->loseConnection(Failure::of(PeerTimeoutError(text)));
}

}  // namespace ropewalk
