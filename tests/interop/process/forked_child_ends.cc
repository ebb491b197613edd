// A server forks inside one of its callbacks, with output waiting to be sent, and the child ends in
// one of the ways in which children end. Its parent's clients must not notice.

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "process/report.h"
#include "ropewalk/log.h"
#include "ropewalk/reactor.h"
#include "support/raw_socket.h"

namespace ropewalk::test {
namespace {

// As programs have it: destroyed by exit(3), in a child, too.
std::unique_ptr<Reactor> server;

bool isChild = false;

enum class Way { Return, Throw, Exit, QuickExit, Exec, Killed, Meddle };

void meddle(Protocol& protocol, ListeningPort& port) {
  protocol.transport->write("from the child");
  protocol.transport->write(std::string(100'000, 'c'));
  protocol.transport->abortConnection();
  port.stopListening();
  server->callFromThread([] {});
  server->callLater(0s, [] {});
  std::_Exit(0);
}

// In the child: ends it, or returns or throws to the loop.
void endChild(Way way, Protocol& protocol, ListeningPort& port) {
  isChild = true;
  switch (way) {
    case Way::Return:
      return;
    case Way::Throw:
      throw std::runtime_error("thrown by the child");
    case Way::Exit:
      std::exit(0);
    case Way::QuickExit:
      std::_Exit(0);
    case Way::Exec:
      ::execl("/bin/true", "true", nullptr);
      std::_Exit(9);
    case Way::Killed:
      for (;;) ::pause();
    case Way::Meddle:
      return meddle(protocol, port);
  }
}

class Server : public Protocol {
 public:
  using Call = std::function<void(Server&)>;
  struct Calls {
    Call made;
    Call received;
  };

  Server(const Report* report, const Calls* calls) : report_(report), calls_(calls) {}

  void connectionMade() override { calls_->made(*this); }
  void dataReceived(std::string_view data) override {
    if (isChild) report_->check(false, "a child is given no data");
    received += data.size();
    calls_->received(*this);
  }
  void connectionLost(const Failure&) override {
    if (isChild) report_->check(false, "a child calls no connectionLost()");
    if (server->isRunning()) server->stop();
  }

  std::size_t received = 0;

 private:
  const Report* report_;
  const Calls* calls_;
};

class Scene {
 public:
  Scene(const Report& report, std::string name, Way way)
      : report_(report), name_(std::move(name)), way_(way) {
    server = std::make_unique<Reactor>();
  }

  // Plays it with what is called when the client is there and when it has sent something.
  void play(const Server::Calls& calls) {
    const CurrentReactor current(*server);
    port_ = server->listenTCP(0, Factory::forProtocol<Server>(&report_, &calls), {"127.0.0.1"});
    client = RawSocket::connectedTo(port_->getHost());
    client.send("x");
    server->callLater(20s, [] { std::_Exit(4); });
    server->run();
    if (isChild) return;
    report_.check(client.receiveAll() == "once;after;", name_);
    report_.check(hasEnded_, name_ + ", and the child ends as it should");
  }

  RawSocket client;

  // The one thing that every scene does in its own place.
  void fork(Server& protocol) {
    protocol.transport->write("once;");
    const pid_t child = ::fork();
    if (child == 0) return endChild(way_, protocol, *port_);
    if (way_ == Way::Killed) ::kill(child, SIGTERM);
    int status = 0;
    ::waitpid(child, &status, 0);
    hasEnded_ = way_ == Way::Killed ? WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM
                                    : WIFEXITED(status) && WEXITSTATUS(status) == 0;
    goOn(protocol);
  }

 private:
  // A close with unread input would be a reset.
  void goOn(Server& protocol) {
    protocol.callLater(10ms, [this, &protocol] {
      if (protocol.received == 0) return goOn(protocol);
      protocol.transport->write("after;");
      protocol.transport->loseConnection(Linger::No);
    });
  }

  const Report& report_;
  const std::string name_;
  const Way way_;
  std::shared_ptr<ListeningPort> port_;
  bool hasEnded_ = false;
};

void nothing(Server&) {}

void playAll(const Report& report, const std::string& how, Way way) {
  const auto play = [&](const std::string& where, const auto& callsFor) {
    if (isChild) return;
    Scene scene(report, "forked in " + where + ", the child " + how, way);
    scene.play(callsFor(scene));
  };
  play("connectionMade()", [](Scene& scene) {
    return Server::Calls{[&](Server& self) { scene.fork(self); }, nothing};
  });
  play("dataReceived()", [](Scene& scene) {
    return Server::Calls{nothing, [&](Server& self) { scene.fork(self); }};
  });
  play("a timed call", [](Scene& scene) {
    return Server::Calls{nothing, [&](Server& self) {
                           self.callLater(0s, [&] { scene.fork(self); });
                           server->callLater(0s, [] {
                             if (isChild) std::_Exit(5);
                           });
                         }};
  });
  play("a call from another thread", [](Scene& scene) {
    return Server::Calls{nothing, [&](Server& self) {
                           server->callFromThread([&] { scene.fork(self); });
                           server->callFromThread([] {
                             if (isChild) std::_Exit(5);
                           });
                         }};
  });
  play("a signal's call", [](Scene& scene) {
    return Server::Calls{nothing, [&](Server& self) {
                           server->onSignal(SIGUSR1, [&] { scene.fork(self); });
                           ::raise(SIGUSR1);
                         }};
  });
}

// What the parent and no child is to read, while the child returns to the loop.
void playReading(const Report& report) {
  if (isChild) return;
  Scene several(report, "forked in dataReceived() while another connection has data", Way::Return);
  RawSocket other;
  Server* first = nullptr;
  const auto made = [&](Server& self) {
    if (!first) {
      first = &self;
      other = RawSocket::connectedTo(self.transport->getHost());
      return;
    }
    several.client.send("y");  // ready first, and both in the same turn
    other.send("y");
  };
  several.play({made, [&](Server& self) {
                  if (&self == first && self.received == 2) several.fork(self);
                }});
  if (isChild) return;

  constexpr std::size_t kMuch = 300'000;
  Scene much(report, "forked in dataReceived() with more to read at once", Way::Return);
  bool hasForked = false;
  std::size_t received = 0;
  const auto send = [&](Server&) { much.client.send(std::string(kMuch, 'm')); };
  much.play({send, [&](Server& self) {
               received = self.received;
               if (received > 1 && !std::exchange(hasForked, true)) much.fork(self);
             }});
  if (!isChild) report.check(received == kMuch + 1, "and the parent reads all of it");
}

}  // namespace
}  // namespace ropewalk::test

int main(int, char** arguments) {
  using ropewalk::test::Way;
  const ropewalk::test::Report report(arguments[1]);
  ropewalk::setLogLevel(ropewalk::LogLevel::Off);
  ropewalk::test::playAll(report, "returns to the loop, which ends", Way::Return);
  ropewalk::test::playReading(report);
  ropewalk::test::playAll(report, "throws, and the loop ends", Way::Throw);
  ropewalk::test::playAll(report, "calls exit()", Way::Exit);
  ropewalk::test::playAll(report, "calls _exit()", Way::QuickExit);
  ropewalk::test::playAll(report, "becomes another program", Way::Exec);
  ropewalk::test::playAll(report, "is killed by SIGTERM", Way::Killed);
  ropewalk::test::playAll(report, "uses what is the parent's", Way::Meddle);
  return 0;
}
