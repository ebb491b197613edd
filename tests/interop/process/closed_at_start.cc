// Started with descriptors 0, 1 and 2 closed (`program <&- >&- 2>&-`): no descriptor of ours may be
// one of these, because the program and the log write to them without asking what they are.

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <memory>
#include <string>

#include "process/report.h"
#include "ropewalk/echo.h"
#include "ropewalk/http.h"
#include "ropewalk/log.h"
#include "ropewalk/reactor.h"
#include "ropewalk/sim/capture.h"

namespace ropewalk::test {
namespace {

// Says something and waits for the echo.
class Hello : public Protocol {
 public:
  void connectionMade() override { transport->write("hello"); }
  void dataReceived(std::string_view) override { transport->reactor().stop(); }
};

class ClosedAtStart {
 public:
  ClosedAtStart(const char* program, const Report& report, const std::string& folder,
                std::string backend)
      : report_(report), folder_(folder), backend_(std::move(backend)), reactor_(backend_) {
    look("a reactor");
    makeFiles(program);
    makeConnections();
    makeChild();
    logLines();
  }

 private:
  void look(const std::string& what) const {
    bool isFree = true;
    for (const int number : {0, 1, 2}) isFree = isFree && ::fcntl(number, F_GETFD) < 0;
    report_.check(isFree, what + " on " + backend_ + " leaves descriptors 0, 1 and 2 alone");
  }

  void makeFiles(const char* program) {
    const http::Response whole = http::Response::file(program);
    look("a file of an answer");
    const http::StaticFiles files(folder_);
    look("a web root");
  }

  void makeConnections() {
    const auto echoes = sim::capturing(Factory::forProtocol<echo::Echo>(), folder_ + "/capture");
    const auto port = reactor_.listenTCP(0, echoes, {"127.0.0.1"});
    look("a port");
    reactor_.connectTCP("127.0.0.1", port->getHost().port(), Factory::forProtocol<Hello>());
    look("a connection that is being made");
    reactor_.callLater(20s, [] { std::_Exit(4); });
    reactor_.callLater(0s, [this] { look("a turn"); });
    reactor_.addSystemEventTrigger("before", "shutdown", [this] { look("an open connection"); });
    reactor_.run(false);
    const int file = ::open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    const int high = ::fcntl(file, F_DUPFD_CLOEXEC, 60);
    ::close(file);
    reactor_.addReader(high, [] {});
    look("a regular file that is polled");
    reactor_.removeReader(high);
    ::close(high);
  }

  void makeChild() {
    const pid_t child = ::fork();
    if (child == 0) {
      reactor_.afterFork();
      look("a reactor that goes on in a child");
      std::_Exit(0);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    report_.check(status == 0, "the child ends well");
  }

  // libevent learns of signals from a pipe: a line that gets there counts as signals.
  void logLines() {
    int handled = 0;
    reactor_.onSignal(SIGUSR1, [&] { ++handled; });
    reactor_.callLater(0s, [] {
      for (int i = 0; i < 5; ++i) logWarning("line");
    });
    reactor_.callLater(50ms, [this] { reactor_.stop(); });
    reactor_.run(false);
    report_.check(handled == 0, "a log line is not a signal");
  }

  const Report& report_;
  const std::string folder_;
  const std::string backend_;
  Reactor reactor_;
};

}  // namespace
}  // namespace ropewalk::test

int main(int, char** arguments) {
  const ropewalk::test::Report report(arguments[1]);
  for (const char* const backend : {"epoll", "poll", "select"}) {
    ropewalk::test::ClosedAtStart(arguments[0], report, arguments[2], backend);
  }
}
