#include <algorithm>
#include <utility>

#include "ropewalk/reactor.h"
#include "ropewalk/sim/capture.h"

namespace ropewalk::sim {

Replay::Replay(Capture capture) : capture_(std::move(capture)) {}

void Replay::connectionMade() {
  Recorder::connectionMade();
  start_ = transport->reactor().now();
  wait();
}

// The captured peer knew by itself when to go.
void Replay::readConnectionLost() { noteReadLost(); }

void Replay::wait() {
  if (isDone()) return;
  const TimePoint due = later(start_, capture_.events[next_].at);
  callLater(std::max(due - transport->reactor().now(), Duration::zero()), [this] {
    play(capture_.events[next_++]);
    wait();
  });
}

void Replay::play(const Capture::Event& event) {
  switch (event.kind) {
    case Capture::Kind::Data:
      return transport->write(std::string_view(event.bytes));
    case Capture::Kind::End:
      return transport->loseWriteConnection();
    case Capture::Kind::Lost:
      if (event.bytes == "ConnectionDone") return transport->loseConnection();
      return transport->abortConnection();
  }
}

}  // namespace ropewalk::sim
