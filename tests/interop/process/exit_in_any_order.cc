// exit(3) inside a callback, with reactors and protocols in global objects: they are destroyed
// after all function-local statics that were made later, so nothing of ours may be among these.

#include <cstdlib>
#include <memory>
#include <string>

#include "process/report.h"
#include "ropewalk/echo.h"
#include "ropewalk/failure.h"
#include "ropewalk/http.h"
#include "ropewalk/log.h"
#include "ropewalk/reactor.h"
#include "ropewalk/stream_protocol.h"
#include "ropewalk/task.h"

namespace ropewalk::test {
namespace {

const Report* report = nullptr;

// The first of all: destroyed last.
struct Last {
  Last() = default;
  Last(const Last&) = delete;
  Last& operator=(const Last&) = delete;
  ~Last() {
    if (!report) return;
    echo::Echo protocol;
    protocol.transport->write("to nobody");
    report->check(!protocol.transport->isConnected(), "a global object makes a protocol at exit");
    const auto response = http::Response::file("/proc/self/exe");
    report->check(Failure::connectionDone().check<ConnectionDone>() &&
                      !std::string(Failure::cancelled().what()).empty(),
                  "a global object uses the failures");
    logWarning("a global object logs");
    reactor().callLater(1h, [] {});
    report->check(!reactor().isRunning(), "a global object uses the process's own reactor");
  }
};
const Last last;

std::unique_ptr<Reactor> server;
TransportRef kept;

class Ticker : public StreamProtocol {
 public:
  Deferred<void> serve() override {
    for (;;) {
      write("tick\r\n");
      co_await sleep(1s, *server);
    }
  }
  void connectionLost(const Failure& why) override {
    report->check(why.check<ConnectionLost>() && !std::string(why.what()).empty(),
                  "connectionLost() gets its reason at exit");
    StreamProtocol::connectionLost(why);
  }
};

class Client : public Protocol {
 public:
  void dataReceived(std::string_view) override {
    kept = transport;
    callLater(1h, [] {});
    transport->write(std::string(100'000, 'x'));
    std::exit(0);
  }
  void connectionLost(const Failure& why) override {
    report->check(why.check<ConnectionLost>(), "and so does the connection that called exit()");
  }
};

}  // namespace
}  // namespace ropewalk::test

int main(int, char** arguments) {
  using namespace ropewalk;
  using namespace ropewalk::test;
  static const Report made(arguments[1]);
  report = &made;
  server = std::make_unique<Reactor>();
  const CurrentReactor current(*server);
  const auto port = server->listenTCP(0, Factory::forProtocol<Ticker>(), {"127.0.0.1"});
  server->connectTCP("127.0.0.1", port->getHost().port(), Factory::forProtocol<Client>());
  server->callLater(20s, [] { std::_Exit(4); });
  server->run();
}
