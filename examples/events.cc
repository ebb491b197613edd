// Registers for the events of the reactor, and for one of its own.
//
//   $ ./events
//   before startup: the lights go on
//   during startup
//   the reactor runs
//   a guest has rung: Ann opens
//   before shutdown: waiting for the guests
//   before shutdown: the last one has left
//   during shutdown
//   after shutdown: the lights go off

#include <ropewalk/ropewalk.h>

#include <iostream>
#include <vector>

using namespace ropewalk;

void say(std::string_view what) { std::cout << what << std::endl; }

// An event of one's own is a list of functions.
class Doorbell {
 public:
  void onRing(UniqueFunction<void()> answer) { answers_.push_back(std::move(answer)); }
  void ring() {
    for (auto& answer : answers_) answer();
  }

 private:
  std::vector<UniqueFunction<void()>> answers_;
};

// A "before" trigger may take its time: what comes after waits for it.
Deferred<void> sendGuestsHome() {
  say("before shutdown: waiting for the guests");
  co_await sleep(100ms);
  say("before shutdown: the last one has left");
}

int main() {
  Reactor& house = reactor();
  house.addSystemEventTrigger("before", "startup", [] { say("before startup: the lights go on"); });
  house.addSystemEventTrigger("during", "startup", [] { say("during startup"); });
  house.addSystemEventTrigger("before", "shutdown", sendGuestsHome);
  house.addSystemEventTrigger("during", "shutdown", [] { say("during shutdown"); });
  house.addSystemEventTrigger("after", "shutdown",
                              [] { say("after shutdown: the lights go off"); });

  Doorbell bell;
  bell.onRing([] { say("a guest has rung: Ann opens"); });
  house.callWhenRunning([&] {
    say("the reactor runs");
    house.callLater(100ms, [&] { bell.ring(); });
    house.callLater(200ms, [&] { house.stop(); });
  });
  house.run();
}
