#pragma once

#include "ropewalk/detail/stream_awaiters.h"
#include "ropewalk/producer.h"

namespace ropewalk::detail {

// The producer by which drained() learns of the transport's watermarks; registered only as long as
// somebody waits.
class DrainWatch final : public Producer {
 public:
  // The transport has enough: there is something to wait for.
  void pauseProducing() override { isFull_ = true; }
  void resumeProducing() override {
    if (waiter_ != nullptr) waiter_->drained();
  }
  // The connection has ended; or, when this is registered, nothing that is written is sent any
  // more.
  void stopProducing() override {
    isStopped_ = true;
    if (waiter_ != nullptr) waiter_->cancelAwait(CancelCause::ScopeClosed);
  }

  bool isFull() const noexcept { return isFull_; }
  bool isStopped() const noexcept { return isStopped_; }
  void setWaiter(StreamDrained* waiter) noexcept { waiter_ = waiter; }

 private:
  StreamDrained* waiter_ = nullptr;
  bool isFull_ = false;
  bool isStopped_ = false;
};

}  // namespace ropewalk::detail
