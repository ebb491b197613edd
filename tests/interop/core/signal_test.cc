// SIGINT and SIGTERM: RC17. The signals come from another process, as in life.

#include <doctest/doctest.h>

#include <csignal>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "ropewalk/error.h"
#include "ropewalk/reactor.h"
#include "support/captured_log.h"
#include "support/child_process.h"
#include "support/guarded_reactor.h"
#include "support/raw_socket.h"
#include "support/scripted.h"

namespace ropewalk::test {
namespace {

// A protocol that hears that the reactor wants to stop, and takes its time.
class Stubborn : public Protocol {
 public:
  explicit Stubborn(Line* line) : line_(line) {}
  void connectionMade() override { line_->say("made"); }
  void drainRequested() override { line_->say("drain requested"); }
  void connectionLost(const Failure& why) override {
    line_->say(why.check<ConnectionLost>() ? "cut" : "ended");
  }

 private:
  Line* line_;
};

class Polite : public Protocol {
 public:
  explicit Polite(Line* line) : line_(line) {}
  void connectionMade() override { line_->say("made"); }
  void connectionLost(const Failure& why) override {
    line_->say(why.check<ConnectionDone>() ? "done" : "cut");
  }

 private:
  Line* line_;
};

// Serves P until a signal comes; tells the port, the phases of shutdown, and returns 0 from run().
template <typename P>
int serve(Line& line) {
  Reactor reactor;
  const auto port = reactor.listenTCP(0, Factory::forProtocol<P>(&line), {"127.0.0.1"});
  for (const char* phase : {"before", "during", "after"}) {
    reactor.addSystemEventTrigger(phase, "shutdown", [&line, phase] { line.say(phase); });
  }
  reactor.callWhenRunning([&] { line.say(std::to_string(port->getHost().port())); });
  reactor.run();
  line.say("returned");
  return 0;
}

Address addressFrom(Line& line) { return Address::parse("127.0.0.1", std::stoi(line.hear())); }

TEST_CASE("a signal stops an idle reactor, with the whole shutdown [RC17]") {
  int number = 0;
  SUBCASE("SIGINT") { number = SIGINT; }
  SUBCASE("SIGTERM") { number = SIGTERM; }
  ChildProcess child([](Line& line) { return serve<Polite>(line); });
  addressFrom(child.line);
  child.signal(number);
  for (const char* said : {"before", "during", "after", "returned"}) {
    CHECK(child.line.hear() == said);
  }
  CHECK(child.wait() == 0);
}

TEST_CASE("a signal lets connections finish, and then stops [RC17]") {
  ChildProcess child([](Line& line) { return serve<Polite>(line); });
  RawSocket peer = RawSocket::connectedTo(addressFrom(child.line));
  CHECK(child.line.hear() == "made");
  child.signal(SIGTERM);
  CHECK(peer.endsWith() == 0);
  peer.close();
  for (const char* said : {"done", "before", "during", "after", "returned"}) {
    CHECK(child.line.hear() == said);
  }
  CHECK(child.wait() == 0);
}

TEST_CASE("a second signal stops at once, cutting who has not finished [RC17]") {
  ChildProcess child([](Line& line) { return serve<Stubborn>(line); });
  const RawSocket peer = RawSocket::connectedTo(addressFrom(child.line));
  CHECK(child.line.hear() == "made");
  child.signal(SIGTERM);
  CHECK(child.line.hear() == "drain requested");
  child.signal(SIGINT);
  std::string rest;
  for (std::string line = child.line.hear(); !line.empty(); line = child.line.hear()) {
    rest += line + " ";
  }
  CHECK(rest == "before cut during after returned ");
  CHECK(child.wait() == 0);
}

TEST_CASE("many signals are no worse than two [RC17]") {
  ChildProcess child([](Line& line) { return serve<Polite>(line); });
  addressFrom(child.line);
  for (int i = 0; i < 50; ++i) child.signal(i % 2 == 0 ? SIGTERM : SIGINT);
  CHECK(child.line.hear() == "before");
  const int status = child.wait();
  // Once run() has returned the old handlers are back, and the old ones are deadly.
  CHECK((status == 0 || status == -SIGTERM || status == -SIGINT));
}

extern "C" void theirs(int) {}

// Puts `handler` there for the life of this object.
class Disposition {
 public:
  Disposition(int number, void (*handler)(int)) : number_(number) {
    struct sigaction action {};
    action.sa_handler = handler;
    ::sigaction(number, &action, &before_);
  }
  Disposition(const Disposition&) = delete;
  Disposition& operator=(const Disposition&) = delete;
  ~Disposition() { ::sigaction(number_, &before_, nullptr); }

  static bool is(int number, void (*handler)(int)) {
    struct sigaction action {};
    ::sigaction(number, nullptr, &action);
    return action.sa_handler == handler;
  }

 private:
  int number_;
  struct sigaction before_ {};
};

TEST_CASE("the handlers that were there before run are back after it [RC17]") {
  const Disposition interrupt(SIGINT, SIG_DFL);
  const Disposition terminate(SIGTERM, theirs);
  Reactor reactor;
  for (int round = 0; round < 2; ++round) {
    bool wasInstalled = false;
    reactor.callWhenRunning([&] {
      wasInstalled = !Disposition::is(SIGTERM, theirs) && !Disposition::is(SIGINT, SIG_DFL);
      ::raise(SIGTERM);
    });
    reactor.run(true);
    CHECK(wasInstalled);
    CHECK(Disposition::is(SIGINT, SIG_DFL));
    CHECK(Disposition::is(SIGTERM, theirs));
  }
}

TEST_CASE("a handler for SIGINT that somebody else has set is left alone [RC17]") {
  const Disposition interrupt(SIGINT, theirs);
  const Disposition terminate(SIGTERM, SIG_DFL);
  Reactor reactor;
  bool isTheirs = false;
  reactor.callWhenRunning([&] {
    isTheirs = Disposition::is(SIGINT, theirs);
    reactor.stop();
  });
  reactor.run(true);
  CHECK(isTheirs);
}

TEST_CASE("run without signals touches no handler [RC17]") {
  const Disposition interrupt(SIGINT, SIG_DFL);
  const Disposition terminate(SIGTERM, SIG_DFL);
  Reactor reactor;
  bool isUntouched = false;
  reactor.callWhenRunning([&] {
    isUntouched = Disposition::is(SIGINT, SIG_DFL) && Disposition::is(SIGTERM, SIG_DFL);
    reactor.stop();
  });
  runUntilStopped(reactor);
  CHECK(isUntouched);
}

TEST_CASE("onSignal calls what was given last, in a turn of the reactor") {
  const Disposition hangUp(SIGHUP, theirs);
  Reactor reactor;
  std::string told;
  reactor.onSignal(SIGHUP, [&] { told += "old "; });
  reactor.onSignal(SIGHUP, [&] {
    told += "new ";
    if (told == "new new ") reactor.stop();
  });
  reactor.callWhenRunning([&] {
    ::raise(SIGHUP);
    told += told.empty() ? "" : "from inside";
    reactor.callLater(0s, [&] { ::raise(SIGHUP); });
  });
  SUBCASE("beside the reactor's own signals") { reactor.run(true); }
  SUBCASE("without them") { runUntilStopped(reactor); }
  CHECK(told == "new new ");
  reactor.onSignal(SIGHUP, nullptr);
  reactor.onSignal(SIGHUP, nullptr);
  CHECK(Disposition::is(SIGHUP, theirs));
}

TEST_CASE("onSignal takes the place of what the reactor does with a signal") {
  const Disposition terminate(SIGTERM, SIG_DFL);
  Reactor reactor;
  int told = 0;
  reactor.onSignal(SIGTERM, [&] {
    if (++told == 2) reactor.stop();
  });
  reactor.callWhenRunning([&] { ::raise(SIGTERM); });
  reactor.callLater(1ms, [&] { ::raise(SIGTERM); });
  reactor.run(true);
  CHECK(told == 2);
}

TEST_CASE("a signal that is given back stops the reactor again [RC17]") {
  const Disposition terminate(SIGTERM, SIG_DFL);
  ChildProcess child([](Line&) {
    Reactor reactor;
    reactor.onSignal(SIGTERM, [] {});
    reactor.callWhenRunning([&] {
      reactor.onSignal(SIGTERM, nullptr);
      ::raise(SIGTERM);
    });
    reactor.run(true);
    return 0;
  });
  CHECK(child.wait() == 0);
}

TEST_CASE("an exception from what onSignal calls is logged, and the reactor goes on [RC19]") {
  const Disposition hangUp(SIGHUP, SIG_DFL);
  const CapturedLog log;
  Reactor reactor;
  reactor.onSignal(SIGHUP, [&] {
    reactor.callLater(0s, [&] { reactor.stop(); });
    throw std::runtime_error("no configuration");
  });
  reactor.callWhenRunning([] { ::raise(SIGHUP); });
  runUntilStopped(reactor);
  CHECK(log.has("no configuration"));
}

TEST_CASE("of several reactors one catches signals, and the others run without") {
  const Disposition interrupt(SIGINT, SIG_DFL);
  const Disposition terminate(SIGTERM, SIG_DFL);
  Reactor first, second;
  bool secondRan = false;
  first.callWhenRunning([&] {
    std::thread other([&] {
      CHECK_THROWS_AS(second.onSignal(SIGHUP, [] {}), Error);
      second.callWhenRunning([&] { second.stop(); });
      second.run(true);
      secondRan = true;
    });
    other.join();
    ::raise(SIGTERM);
  });
  first.run(true);
  CHECK(secondRan);
  second.onSignal(SIGHUP, [] {});
}

}  // namespace
}  // namespace ropewalk::test
