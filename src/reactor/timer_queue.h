#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "ropewalk/detail/ref.h"
#include "ropewalk/reactor_time.h"
#include "ropewalk/unique_function.h"
#include "transport/home_thread.h"

namespace ropewalk::detail {

// One call that was asked for.
class Timer final : public RefCounted {
 public:
  enum class State : std::uint8_t { Waiting, Called, Cancelled };

 private:
  friend class TimerQueue;
  friend class ropewalk::DelayedCall;

  static constexpr std::size_t kNowhere = ~std::size_t{0};

  // Among equal deadlines, first asked is first called.
  struct Rank {
    TimePoint deadline{};
    std::uint64_t order = 0;
    friend auto operator<=>(const Rank&, const Rank&) = default;
  };

  Rank rank_;
  Rank standing_;  // the rank that its place is for: not after its own
  std::size_t place_ = kNowhere;
  TimerQueue* queue_ = nullptr;
  UniqueFunction<void()> call_;
  State state_ = State::Waiting;
  bool isSleep_ = false;
};

// The calls that are to come, in order of their deadlines: a heap of four children a node, in which
// every timer knows its place, so that cancelling needs no search. A timer that is moved to a later
// time, as the deadline of an idle connection is with each message, keeps its place until that has
// come to the front and is due: to move it again and again costs no more than to write that down.
class TimerQueue {
 public:
  // `time` is whose clock the deadlines are on; it must outlive the queue.
  explicit TimerQueue(const ReactorTime& time) : time_(time) {}
  TimerQueue(const TimerQueue&) = delete;
  TimerQueue& operator=(const TimerQueue&) = delete;
  ~TimerQueue();

  // From now on, only this thread may move and cancel the calls. `home` must outlive the queue.
  void setHome(const HomeThread& home) noexcept { home_ = &home; }

  // Throws NegativeDelay.
  DelayedCall schedule(Duration delay, UniqueFunction<void()> call);

  // Runs the calls that are due at `now` and were asked for before this; an exception is logged.
  void runDue(TimePoint now) noexcept;

  // Makes runDue() return after the call that runs now.
  void breakOff() noexcept { brokenOff_ = true; }

  // No call is due before this, which may be too early if calls were moved; TimePoint::max() if
  // there is none.
  TimePoint nextDeadline() const noexcept {
    return heap_.empty() ? TimePoint::max() : heap_.front()->standing_.deadline;
  }

  // Puts calls that were moved where they belong, until nextDeadline() is exact or after `now`.
  void settle(TimePoint now) noexcept;

  // With what is asked for meanwhile, for a while: a coroutine that tries for ever is left where it
  // waits.
  void cancelAll() noexcept;

  // Marks `call` as that of a sleep().
  static void markSleep(const DelayedCall& call) noexcept;

  // Ends every pending sleep() as the end of the process does: with PromiseDropped. Also those that
  // begin meanwhile, up to a bound, as in cancelAll().
  void endSleeps();

  std::size_t size() const noexcept { return heap_.size(); }
  std::vector<DelayedCall> calls() const;

 private:
  friend class ropewalk::DelayedCall;

  static constexpr int kLastRounds = 100;

  void requireHome(const char* call) const noexcept {
    if (kChecksThreads && home_ && !home_->isHere()) [[unlikely]]
      stopWrongThread("", call);
  }

  static bool earlier(const Timer& a, const Timer& b) noexcept { return a.standing_ < b.standing_; }

  void cancel(Timer& timer) noexcept;
  void move(Timer& timer, TimePoint deadline);
  void remove(Timer& timer) noexcept;
  void put(Timer* timer, std::size_t place) noexcept;
  void rise(std::size_t place) noexcept;
  void sink(std::size_t place) noexcept;

  const ReactorTime& time_;
  const HomeThread* home_ = nullptr;
  std::vector<Timer*> heap_;  // each holds one count
  std::uint64_t asked_ = 0;
  bool brokenOff_ = false;
};

}  // namespace ropewalk::detail
