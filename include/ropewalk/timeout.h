#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include "ropewalk/detail/deadline.h"
#include "ropewalk/detail/require_callable.h"
#include "ropewalk/reactor_time.h"
#include "ropewalk/unique_function.h"

namespace ropewalk {

class Protocol;

namespace detail {
class Belongings;
}

/// A time limit of one connection, such as the longest time without a message: a member of its
/// Protocol.
///
///   class Console : public LineReceiver {
///     void connectionMade() override { idle_.set(60s); }
///     void lineReceived(std::string_view line) override {
///       idle_.restart();
///       ...
///     }
///     Timeout idle_{*this};  // closes the connection
///   };
///
/// - An idle limit: set() once, restart() at each sign of life.
/// - An absolute limit: set() once.
/// - A minimum rate: count the bytes, and look at the count when the time has passed:
///
///     Timeout slow_{*this, [this] {
///       if (std::exchange(received_, 0) < 10'000) return transport->abortConnection();
///       slow_.restart();
///     }};
///
/// It has passed at most 0.25 s late, never early. If the process was kept from working meanwhile
/// (a callback that blocked, a SIGSTOP), input that has arrived is delivered first, and may restart
/// it. Use Protocol::callLater() where that is not exact enough.
///
/// Cost: restart() stores a number and needs no memory. Ten thousand timeouts are one timer.
/// The end: stopped before connectionLost(), and when another protocol gets the connection. Does
/// not pass while the connection is disconnecting, which has limits of its own
/// (ConnectionLimits::closeDeadline).
/// Ownership: refers to its protocol, so it is a member of it or of something that the protocol
/// owns. Neither copied nor moved.
/// Threads: the reactor's thread only.
class Timeout final : private detail::Deadline {
 public:
  /// Once the time has passed, closes the connection by Transport::loseConnection(), with a
  /// PeerTimeoutError as the reason. Nothing is logged.
  explicit Timeout(Protocol& protocol) noexcept : protocol_(protocol) {}

  /// Once the time has passed, calls `onTimeout`, which may set or restart this, but must not
  /// destroy it. It returns nothing; start a coroutine by Protocol::spawn(). An exception from it
  /// is logged and ends the connection, with that exception as the reason.
  ///
  /// Throws std::invalid_argument if `onTimeout` is empty.
  template <detail::NullaryCallable Callable>
  Timeout(Protocol& protocol, Callable onTimeout) : protocol_(protocol) {
    static_assert(std::is_void_v<decltype(onTimeout())>, "onTimeout must return nothing");
    detail::requireCallable(onTimeout, "Timeout");
    onTimeout_ = std::move(onTimeout);
  }

  ~Timeout() override;

  /// Passes `period` from now, and `period` after each restart(). Returns the period that was set
  /// before, if any.
  ///
  /// Does nothing before connectionMade(), as in a constructor, and from connectionLost() on.
  /// Throws NegativeDelay if `period` is negative, std::bad_alloc if there is no memory for the
  /// first call.
  std::optional<Duration> set(Duration period);

  /// Passes period() from now, also if it has already passed. Does nothing if it is not set.
  void restart() noexcept;

  /// Does not pass, until it is set again.
  void stop() noexcept;

  /// True if it will pass: set, and neither passed nor stopped.
  bool active() const noexcept { return isDeadlineSet(); }

  /// What set() was called with. Empty if it was not, or was stopped.
  std::optional<Duration> period() const noexcept;

 private:
  friend class detail::Belongings;

  static constexpr Duration kNotSet{-1};

  void deadlinePassed() noexcept override;
  void pass();

  Protocol& protocol_;
  UniqueFunction<void()> onTimeout_;
  Duration period_ = kNotSet;
  TimePoint due_{};
  detail::Belongings* keeper_ = nullptr;  // of the protocol, once set
  Timeout* nextOfProtocol_ = nullptr;
  bool isPutOff_ = false;
};

}  // namespace ropewalk
