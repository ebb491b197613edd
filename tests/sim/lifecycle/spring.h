#pragma once

#include <memory>
#include <utility>

#include "ropewalk/producer.h"
#include "ropewalk/unique_function.h"
#include "sim/lifecycle/ledger.h"

namespace ropewalk::test {

// A producer with a few pieces to give, that complains about whatever a transport may not do to it.
class Spring : public Producer {
 public:
  // `give` writes one piece; `done` unregisters. Both must outlive the registration.
  Spring(Ledger& ledger, Streaming streaming, int pieces, UniqueFunction<void()> give,
         UniqueFunction<void()> done)
      : ledger_(ledger),
        streaming_(streaming),
        left_(pieces),
        give_(std::move(give)),
        done_(std::move(done)) {}

  void pauseProducing() override {
    ledger_.expect(streaming_ == Streaming::Push, "a pull producer is not paused [PC9]");
    ledger_.expect(!isPaused_, "paused once per crossing [PC8]");
    ledger_.expect(!isStopped_, "nothing after stopProducing [PC10]");
    isPaused_ = true;
  }

  void resumeProducing() override {
    ledger_.expect(!isStopped_, "nothing after stopProducing [PC10]");
    ledger_.expect(streaming_ == Streaming::Pull || isPaused_, "resumed when paused [PC11]");
    isPaused_ = false;
    flow();
  }

  void stopProducing() override {
    ledger_.expect(!isStopped_, "stopped once [PC10]");
    isStopped_ = true;
  }

  bool isStopped() const { return isStopped_; }

  // Gives what it may; a push producer begins with this.
  void flow() {
    while (!isPaused_ && !isStopped_ && left_ > 0) {
      --left_;
      give_();
      if (streaming_ == Streaming::Pull && left_ > 0) return;
    }
    if (left_ == 0 && !isStopped_) {
      left_ = -1;
      done_();
    }
  }

 private:
  Ledger& ledger_;
  Streaming streaming_;
  int left_;
  UniqueFunction<void()> give_;
  UniqueFunction<void()> done_;
  bool isPaused_ = false;
  bool isStopped_ = false;
};

}  // namespace ropewalk::test
