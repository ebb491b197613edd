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

// One scheduled call.
class Timer final : public RefCounted {
 public:
  enum class State : std::uint8_t { Waiting, Called, Cancelled };

 private:
  friend class TimerQueue;
  friend class ropewalk::DelayedCall;

  static constexpr std::size_t kNowhere = ~std::size_t{0};

  // Calls with equal deadlines run in the order in which they were scheduled.
  struct Rank {
    TimePoint deadline{};
    std::uint64_t order = 0;
    friend auto operator<=>(const Rank&, const Rank&) = default;
  };

  Rank rank_;
  Rank standing_;  // the rank by which the heap orders it: never after rank_
  std::size_t place_ = kNowhere;
  TimerQueue* queue_ = nullptr;
  UniqueFunction<void()> call_;
  State state_ = State::Waiting;
  bool isSleep_ = false;
};

// The scheduled calls, in order of their deadlines: a heap with four children per node. Each timer
// knows its place, so cancelling needs no search. A timer moved to a later time, like an idle
// connection's deadline at each message, keeps its place until it comes to the front and is due. So
// moving it again and again is one store each time.
class TimerQueue {
 public:
  // `time` is the clock of the deadlines and must outlive the queue.
  explicit TimerQueue(const ReactorTime& time) : time_(time) {}
  TimerQueue(const TimerQueue&) = delete;
  TimerQueue& operator=(const TimerQueue&) = delete;
  ~TimerQueue();

  // From now on, only the home thread may move and cancel calls. `home` must outlive the queue.
  void setHome(const HomeThread& home) noexcept { home_ = &home; }

  // Throws NegativeDelay.
  DelayedCall schedule(Duration delay, UniqueFunction<void()> call);

  // Runs the calls that are due at `now` and were scheduled before this began. Logs exceptions.
  void runDue(TimePoint now) noexcept;

  // Makes runDue() return after the call that is running.
  void breakOff() noexcept { brokenOff_ = true; }

  // No call is due before this time. It may be too early if calls were moved. TimePoint::max() if
  // there is no call.
  TimePoint nextDeadline() const noexcept {
    return heap_.empty() ? TimePoint::max() : heap_.front()->standing_.deadline;
  }

  // Moves calls to their places, until nextDeadline() is exact or after `now`.
  void settle(TimePoint now) noexcept;

  // Also cancels calls scheduled meanwhile, up to a bound: a coroutine that always schedules
  // another one is left suspended.
  void cancelAll() noexcept;

  // Marks `call` as made by sleep().
  static void markSleep(const DelayedCall& call) noexcept;

  // Ends every pending sleep() with PromiseDropped, as the end of the process does. Also those
  // started meanwhile, up to the bound of cancelAll().
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
  std::vector<Timer*> heap_;  // each with one reference
  std::uint64_t asked_ = 0;
  bool brokenOff_ = false;
};

}  // namespace ropewalk::detail
