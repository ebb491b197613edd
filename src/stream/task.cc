#include "ropewalk/task.h"

#include <memory>
#include <optional>

#include "reactor/timer_queue.h"
#include "ropewalk/detail/resume_queue.h"
#include "ropewalk/error.h"
#include "ropewalk/log.h"
#include "ropewalk/promise.h"
#include "ropewalk/reactor.h"

namespace ropewalk {

Deferred<void> sleep(Duration time, ReactorTime& clock, detail::Place place) {
  auto promise = std::make_shared<Promise<void>>(place);
  Deferred<void> done = promise->deferred();
  DelayedCall call = clock.callLater(time, [promise] {
    const detail::ResumeQueue::Hold resumedLast;
    promise->callback();
  });
  detail::TimerQueue::markSleep(call);
  // The promise and the call now own each other. Either result breaks the cycle.
  promise->onCancel([call]() mutable { call.cancel(); });
  return done;
}

Deferred<void> sleep(Duration time, detail::Place place) { return sleep(time, reactor(), place); }

namespace detail {
namespace {

// The result of main(), once it is known. Shared, because main() may outlive the run.
struct Ending {
  std::optional<int> code;
  bool isRunning = true;
};

int codeOf(const Result<int>& result, bool wasStopped) {
  if (result) return result.value();
  if (wasStopped && result.failure().check<CancelledError>()) return 0;
  logError("main: {}: {}", result.failure().typeName(), result.failure());
  return 1;
}

void stopQuietly(Reactor& reactor) {
  try {
    reactor.stop();
  } catch (const ReactorNotRunning&) {
    // Other code has stopped it already.
  }
}

}  // namespace

int runUntilDone(UniqueFunction<Deferred<int>()> main) {
  Reactor& current = reactor();
  const auto ending = std::make_shared<Ending>();
  Deferred<void> done;
  current.callWhenRunning([&] {
    done = main().addBoth([ending, &current](const Result<int>& result) {
      ending->code = codeOf(result, !ending->isRunning);
      if (ending->isRunning) stopQuietly(current);
    });
  });
  current.run();
  ending->isRunning = false;
  if (done) done.cancel();
  return ending->code.value_or(0);
}

}  // namespace detail
}  // namespace ropewalk
