// Descriptor 2 is closed while a server runs. What gets that number next is not for log lines: they
// may hold what one client must not read of another.

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "process/report.h"
#include "ropewalk/log.h"
#include "ropewalk/reactor.h"
#include "support/raw_socket.h"

namespace ropewalk::test {
namespace {

constexpr const char* kSecret = "the password is swordfish";

class Greeter : public Protocol {
 public:
  void connectionMade() override {
    logWarning("{}", kSecret);
    transport->write("hello\n");
    transport->loseConnection();
  }
  void connectionLost(const Failure&) override { transport->reactor().stop(); }
};

// What a client reads that has connected before `meanwhile` is called, and is accepted after it.
template <typename Call>
std::string clientOf(Reactor& reactor, const Call& meanwhile) {
  const auto port = reactor.listenTCP(0, Factory::forProtocol<Greeter>(), {"127.0.0.1"});
  RawSocket client = RawSocket::connectedTo(port->getHost());
  client.shutdownWrite();
  meanwhile();
  reactor.run(false);
  return client.receiveAll();
}

std::string contentOf(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool isSecretIn(const std::string& text) { return text.find(kSecret) != std::string::npos; }

// What the program itself opens gets number 2, for it was closed.
void checkFilesOfTheProgram(const Report& report, const std::string& folder) {
  const std::string path = folder + "/data";
  int file = ::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  report.check(file == 2, "the program's file is descriptor 2");
  logWarning("{}", kSecret);
  report.check(contentOf(path).empty(), "a file with FD_CLOEXEC gets no log line");
  ::close(file);

  int ends[2];
  report.check(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0 && ends[0] == 2,
               "the program's socket is descriptor 2");
  logWarning("{}", kSecret);
  char byte = 0;
  report.check(::recv(ends[1], &byte, 1, MSG_DONTWAIT) < 0, "a socket gets no log line");
  ::close(ends[0]);
  ::close(ends[1]);
}

void checkFileOfTheLog(const Report& report, const std::string& folder) {
  const std::string path = folder + "/log";
  const int log = ::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  const int high = ::fcntl(log, F_DUPFD_CLOEXEC, 60);
  ::close(log);
  ::dup2(high, 2);
  logWarning("{}", kSecret);
  report.check(isSecretIn(contentOf(path)), "a file that dup2() puts there gets the log lines");
}

int run(const Report& report, const std::string& folder) {
  Reactor reactor;
  reactor.callLater(20s, [] { std::_Exit(4); });
  report.check(clientOf(reactor, [] {}) == "hello\n", "a client is greeted");
  report.check(clientOf(reactor, [] { ::close(2); }) == "hello\n",
               "a client is greeted, and reads no log line, once descriptor 2 is closed");
  checkFilesOfTheProgram(report, folder);
  checkFileOfTheLog(report, folder);
  return 0;
}

}  // namespace
}  // namespace ropewalk::test

int main(int, char** arguments) {
  return ropewalk::test::run(ropewalk::test::Report(arguments[1]), arguments[2]);
}
