#include "http/server/deadlines.h"

#include <algorithm>

namespace ropewalk::http::server {

Deadlines::Deadlines(const Limits& limits) {
  queueOf(Wait::FirstByte).limit = limits.firstByte;
  queueOf(Wait::Head).limit = limits.headTime;
  queueOf(Wait::KeepAlive).limit = limits.keepAlive;
  // How often a body that comes is looked at: whether it comes fast enough is for its connection to
  // say.
  queueOf(Wait::Body).limit = std::min<Duration>(limits.bodyGap, kSlack);
}

Deadlines::~Deadlines() {
  if (timer_.active()) timer_.cancel();
}

void Deadlines::set(Waiter& waiter, Wait wait, ReactorTime& time) {
  if (wait == Wait::Nothing) return forget(waiter);
  const TimePoint due = later(time.now(), queueOf(wait).limit);
  if (waiter.wait_ == wait && due <= waiter.due_ && timer_.active()) return;
  forget(waiter);
  append(waiter, wait, later(due, kSlack));
  arm(waiter.due_, time);
}

void Deadlines::append(Waiter& waiter, Wait wait, TimePoint due) {
  Queue& queue = queueOf(wait);
  waiter.wait_ = wait;
  waiter.due_ = due;
  waiter.before_ = queue.last;
  waiter.after_ = nullptr;
  (queue.last != nullptr ? queue.last->after_ : queue.first) = &waiter;
  queue.last = &waiter;
}

void Deadlines::forget(Waiter& waiter) {
  if (waiter.wait_ == Wait::Nothing) return;
  Queue& queue = queueOf(waiter.wait_);
  (waiter.before_ != nullptr ? waiter.before_->after_ : queue.first) = waiter.after_;
  (waiter.after_ != nullptr ? waiter.after_->before_ : queue.last) = waiter.before_;
  waiter.wait_ = Wait::Nothing;
}

void Deadlines::arm(TimePoint due, ReactorTime& time) {
  if (due == TimePoint::max()) return;  // never
  if (timer_.active() && armedFor_ <= due) return;
  const Duration delay = std::max<Duration>(due - time.now(), Duration::zero());
  armedFor_ = due;
  // Moved rather than made anew: that needs no memory, which there may be none left of.
  if (timer_.active()) return timer_.reset(delay);
  timer_ = time.callLater(delay, [this, &time] { sweep(time); });
}

void Deadlines::sweep(ReactorTime& time) {
  const TimePoint now = time.now();
  // Whatever has kept us has kept the network, too: what came in time is read first.
  isPutOff_ = !isPutOff_ && now > later(armedFor_, kSlack);
  if (isPutOff_) return arm(now, time);
  for (Queue& queue : queues_) {
    while (queue.first != nullptr && queue.first->due_ <= now) {
      Waiter& waiter = *queue.first;
      const Wait wait = waiter.wait_;
      forget(waiter);
      waiter.waitedTooLong(wait);
    }
  }
  TimePoint next = TimePoint::max();
  for (const Queue& queue : queues_) {
    if (queue.first != nullptr) next = std::min(next, queue.first->due_);
  }
  arm(std::max(next, later(now, kSlack)), time);
}

}  // namespace ropewalk::http::server
