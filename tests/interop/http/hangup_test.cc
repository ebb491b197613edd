// Clients that close in the middle of an answer, as `curl URL | head` does.

#include <doctest/doctest.h>

#include <exception>
#include <fstream>
#include <string>
#include <thread>

#include "ropewalk/http.h"
#include "ropewalk/reactor.h"
#include "support/captured_log.h"
#include "support/deadly_sigpipe.h"
#include "support/guarded_reactor.h"
#include "support/pattern.h"
#include "support/raw_socket.h"
#include "support/temporary_folder.h"
#include "support/this_process.h"

namespace ropewalk::http::test {
namespace {

using ropewalk::test::RawSocket;

constexpr int kClients = 5000;
constexpr std::size_t kSize = 400'000;

// A site with one file and one stream, both longer than what the kernel takes at once.
Router longAnswers(const std::string& path) {
  std::ofstream(path) << ropewalk::test::pattern(0, kSize);
  Router router;
  router.get("/file", [path](Request&) { return Response::file(path); });
  router.get("/stream", [](Request&) {
    return Response::stream("text/plain", [](BodyWriter& out) -> Deferred<void> {
      for (std::size_t sent = 0; sent < kSize; sent += 20'000) {
        out.write(ropewalk::test::pattern(sent, 20'000));
        co_await out.drained();
      }
    });
  });
  return router;
}

// Asks, reads a little and leaves: by a close, a reset, or a reset behind the end of its stream.
void hangUp(const Address& server, int number) {
  constexpr std::size_t kRead[] = {0, 1000, 60'000};
  RawSocket client = RawSocket::connectedTo(server);
  client.send(number % 2 == 0 ? "GET /file HTTP/1.1\r\nHost: h\r\n\r\n"
                              : "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
  client.receiveExactly(kRead[number / 2 % 3]);
  switch (number / 6 % 3) {
    case 0:
      return client.close();
    case 1:
      return client.reset();
    default:
      client.shutdownWrite();
      return client.reset();
  }
}

TEST_CASE(
    "5000 clients that close in the middle of an answer harm neither server nor descriptors "
    "[LF15]") {
  const ropewalk::test::DeadlySigpipe deadly;
  const ropewalk::test::QuietLog quiet;
  const ropewalk::test::TemporaryFolder folder;
  Reactor reactor;
  const auto port =
      reactor.listenTCP(0, Site::create(longAnswers(folder.path("long"))), {"127.0.0.1"});
  const std::size_t before = ropewalk::test::openDescriptors().size();

  const Address server = port->getHost();
  std::exception_ptr trouble;
  bool haveLeft = false;
  std::thread clients([&] {
    try {
      for (int number = 0; number < kClients; ++number) hangUp(server, number);
    } catch (...) {
      trouble = std::current_exception();
    }
    reactor.callFromThread([&] { haveLeft = true; });
  });
  ropewalk::test::turnUntil(reactor, [&] { return haveLeft; });
  clients.join();
  if (trouble) std::rethrow_exception(trouble);
  ropewalk::test::turnUntil(reactor, [&] { return reactor.statistics().open == 0; });

  CHECK(reactor.statistics().accepted == kClients);
  CHECK(ropewalk::test::openDescriptors().size() == before);
}

}  // namespace
}  // namespace ropewalk::http::test
