// A child that goes on after fork(), without a call to the reactor that it inherits or with
// afterFork(): what it can use, and what it must leave to its parent.

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "process/report.h"
#include "ropewalk/echo.h"
#include "ropewalk/error.h"
#include "ropewalk/log.h"
#include "ropewalk/reactor.h"
#include "support/raw_socket.h"

namespace ropewalk::test {
namespace {

// Ends the process if it takes too long.
void turnUntil(Reactor& reactor, const std::function<bool()>& done) {
  DelayedCall guard = reactor.callLater(15s, [] { std::_Exit(4); });
  while (!done()) reactor.iterate(1s);
  guard.cancel();
}

// Runs `work` in a child, which then returns from here by ending. True if it ended well, in time.
bool inChild(const std::function<void()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(20);
    work();
    std::_Exit(0);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  return status == 0;
}

// A reactor with a port, a client whose connection is open, and a timer.
class Running {
 public:
  Running() {
    port = reactor.listenTCP(0, Factory::forProtocol<echo::Echo>(), {"127.0.0.1"});
    client = RawSocket::connectedTo(port->getHost());
    turnUntil(reactor, [this] { return reactor.statistics().open == 1; });
  }

  // Whether all that a reactor waits for still reaches it.
  bool isWell() {
    bool rang = false, called = false;
    reactor.callLater(10ms, [&] { rang = true; });
    turnUntil(reactor, [&] { return rang; });
    std::thread([&] { reactor.callFromThread([&] { called = true; }); }).join();
    turnUntil(reactor, [&] { return called; });
    RawSocket second = RawSocket::connectedTo(port->getHost());
    return echoes(client) && echoes(second);
  }

  bool echoes(RawSocket& socket) {
    const auto sent = reactor.statistics().bytesSent;
    socket.send("hello");
    turnUntil(reactor, [&] { return reactor.statistics().bytesSent == sent + 5; });
    return socket.receiveExactly(5) == "hello";
  }

  Reactor reactor;
  std::shared_ptr<ListeningPort> port;
  RawSocket client;
};

bool refuses(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return std::string(error.what()).find("afterFork") != std::string::npos;
  }
  return false;
}

void checkDestruction(const Report& report) {
  auto running = std::make_unique<Running>();
  report.check(inChild([&] { running.reset(); }), "a child destroys the reactor");
  report.check(running->isWell(), "and the parent's goes on");
  report.check(inChild([&] {
                 report.check(inChild([&] { running.reset(); }), "a child of a child does, too");
                 running.reset();
               }),
               "after its own child");
  report.check(running->isWell(), "and the parent's goes on after that");
  bool fromThread = false;
  std::thread([&] { fromThread = inChild([&] { running.reset(); }); }).join();
  report.check(fromThread && running->isWell(), "a thread forks, and the child destroys it");
}

void checkUse(const Report& report) {
  Running running;
  Reactor& reactor = running.reactor;
  const auto child = [&] {
    report.check(refuses([&] { reactor.run(); }), "run() says that afterFork() is missing");
    report.check(refuses([&] { reactor.iterate(); }), "so does iterate()");
    report.check(refuses([&] { reactor.onSignal(SIGHUP, [] {}); }), "so does onSignal()");
    report.check(
        refuses([&] { reactor.listenTCP(0, Factory::forProtocol<echo::Echo>(), {"127.0.0.1"}); }),
        "so does listenTCP()");
    report.check(!reactor.callFromThread([] {}), "callFromThread() refuses a call");
    running.port->stopListening();
  };
  report.check(inChild(child), "a child uses a reactor that is its parent's");
  report.check(running.isWell(), "and the parent's goes on");
}

void checkReactorOfItsOwn(const Report& report) {
  Running running;
  int parents = 0;
  running.reactor.onSignal(SIGUSR1, [&] { ++parents; });
  const auto child = [&] {
    Running own;
    report.check(own.isWell(), "a child makes a reactor of its own, which runs");
    bool caught = false, found = false;
    own.reactor.onSignal(SIGUSR1, [&] { caught = true; });
    ::raise(SIGUSR1);
    turnUntil(own.reactor, [&] { return caught; });
    auto answer = own.reactor.resolve("localhost").addCallback([&](const std::vector<Address>&) {
      found = true;
    });
    turnUntil(own.reactor, [&] { return found; });
    report.check(caught && found, "and catches signals, and finds names");
  };
  report.check(inChild(child), "the child ends well");
  bool forkedInside = false;
  running.reactor.callLater(0s, [&] { forkedInside = inChild(child); });
  turnUntil(running.reactor, [&] { return forkedInside; });
  report.check(running.isWell() && parents == 0, "and the parent's goes on, without its signals");
}

void checkBeforeAnyReactor(const Report& report) {
  report.check(inChild([&] {
                 bool called = false;
                 reactor().callLater(0s, [&] { called = true; });
                 turnUntil(reactor(), [&] { return called; });
               }),
               "a child makes the process's own reactor, which its parent has not");
}

void checkAfterForkInside(const Report& report) {
  Running running;
  Reactor& reactor = running.reactor;
  reactor.onSignal(SIGUSR1, [&] { reactor.stop(); });
  bool isChild = false, wasWell = false;
  pid_t pid = -1;
  reactor.callLater(0s, [&] {
    pid = ::fork();
    if (pid != 0) return reactor.stop();
    ::alarm(20);
    reactor.afterFork();
    isChild = true;
    reactor.callLater(10ms, [] { ::raise(SIGUSR1); });
  });
  reactor.callLater(0s, [&] { wasWell = true; });
  reactor.run(false);
  if (isChild) std::_Exit(wasWell ? 0 : 1);
  int status = -1;
  ::waitpid(pid, &status, 0);
  report.check(status == 0, "afterFork() in a callback: the child's run() goes on, signals too");
}

// Forks in buildProtocol(), and gives the child the time to go on.
class ForkingFactory : public Factory {
 public:
  std::shared_ptr<Protocol> buildProtocol(const Address&) override {
    if (++built == 1) {
      child = ::fork();
      if (child == 0) ::alarm(20);
      if (child != 0) std::this_thread::sleep_for(100ms);
    }
    return std::make_shared<Idle>();
  }

  pid_t child = -1;
  int built = 0;

 private:
  struct Idle : Protocol {
    void connectionMade() override { transport->setIdle(true); }
  };
};

void checkAccepts(const Report& report) {
  Reactor reactor;
  const auto factory = std::make_shared<ForkingFactory>();
  const auto port = reactor.listenTCP(0, factory, {"127.0.0.1"});
  std::vector<RawSocket> clients;
  for (int i = 0; i < 8; ++i) clients.push_back(RawSocket::connectedTo(port->getHost()));
  while (factory->child == -1) reactor.iterate(1s);
  if (factory->child == 0) std::_Exit(factory->built == 1 ? 0 : 1);
  int status = -1;
  ::waitpid(factory->child, &status, 0);
  report.check(status == 0,
               "a child forked by buildProtocol() accepts none of its parent's clients");
  turnUntil(reactor, [&] { return reactor.statistics().open == clients.size(); });
  report.check(factory->built == 8, "and the parent accepts all of them");
}

extern "C" void theirs(int) {}

bool isDisposition(int signal, void (*handler)(int)) {
  struct sigaction action {};
  ::sigaction(signal, nullptr, &action);
  return action.sa_handler == handler;
}

void checkSignals(const Report& report) {
  ::signal(SIGHUP, SIG_IGN);
  ::signal(SIGUSR1, theirs);
  Running running;
  int told = 0;
  for (const int signal : {SIGHUP, SIGUSR1, SIGTERM}) {
    running.reactor.onSignal(signal, [&] { ++told; });
  }
  const auto child = [&] {
    const bool areBack = isDisposition(SIGHUP, SIG_IGN) && isDisposition(SIGUSR1, theirs) &&
                         isDisposition(SIGTERM, SIG_DFL);
    report.check(areBack, "a child's signals have the dispositions from before the reactor");
    for (const int signal : {SIGHUP, SIGUSR1}) ::raise(signal);
  };
  report.check(inChild(child), "a child gets signals");
  // vfork() notifies nobody, and shares the parent's memory.
  const pid_t quick = ::vfork();
  if (quick == 0) {
    ::kill(::getpid(), SIGTERM);
    ::_exit(7);
  }
  int status = 0;
  ::waitpid(quick, &status, 0);
  report.check(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM,
               "a child of vfork() dies of one");
  report.check(running.isWell() && told == 0, "and the parent's calls for them do not run");
}

void checkRestOfTurn(const Report& report) {
  Running running;
  Reactor& reactor = running.reactor;
  bool rang = false;
  pid_t child = -1;
  reactor.callFromThread([&] {
    child = ::fork();
    if (child == 0) ::alarm(20);
    std::this_thread::sleep_for(20ms);
  });
  reactor.callLater(10ms, [&] { rang = true; });
  while (child == -1) reactor.iterate(1s);
  if (child == 0) std::_Exit(rang ? 1 : 0);
  int status = -1;
  ::waitpid(child, &status, 0);
  report.check(status == 0, "a child forked by callFromThread() does not run a timer that is due");
  turnUntil(reactor, [&] { return rang; });
  report.check(running.isWell(), "and the parent runs it");
}

void checkLog(const Report& report) {
  std::atomic<bool> isOver = false;
  setLogSink([](LogLevel, std::string_view) { std::this_thread::sleep_for(1ms); });
  std::thread logging([&] {
    while (!isOver) logWarning("{}", std::string(10, 'x'));
  });
  bool areWell = true;
  for (int i = 0; i < 20; ++i) {
    areWell = areWell && inChild([] { logWarning("from the child"); });
  }
  isOver = true;
  logging.join();
  report.check(areWell, "a child logs whose parent was logging when it forked");
  setLogSink(nullptr);
}

}  // namespace
}  // namespace ropewalk::test

int main(int, char** arguments) {
  const ropewalk::test::Report report(arguments[1]);
  for (const auto check :
       {ropewalk::test::checkBeforeAnyReactor, ropewalk::test::checkDestruction,
        ropewalk::test::checkUse, ropewalk::test::checkReactorOfItsOwn,
        ropewalk::test::checkAfterForkInside, ropewalk::test::checkSignals,
        ropewalk::test::checkRestOfTurn, ropewalk::test::checkAccepts, ropewalk::test::checkLog}) {
    check(report);
  }
  return 0;
}
