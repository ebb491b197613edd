// What of HTTP only a real socket shows.

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "ropewalk/http.h"
#include "ropewalk/promise.h"
#include "ropewalk/reactor.h"
#include "support/guarded_reactor.h"
#include "support/raw_socket.h"

namespace ropewalk::http::test {
namespace {

using ropewalk::test::RawSocket;

// A site that shows its last connection.
class Shown final : public Factory {
 public:
  explicit Shown(Router router) : site_(Site::create(std::move(router))) {}

  std::shared_ptr<Protocol> buildProtocol(const Address& peer) override {
    return last = site_->buildProtocol(peer);
  }

  std::shared_ptr<Protocol> last;

 private:
  std::shared_ptr<Site> site_;
};

TEST_CASE("an accepted HTTP connection has TCP_NODELAY and keeps it while it is used [HR15]") {
  Reactor reactor;
  Router router;
  bool answered = false;
  router.get("/", [&answered](Request&) {
    answered = true;
    return Response::text("hello");
  });
  const auto shown = std::make_shared<Shown>(std::move(router));
  const auto port = reactor.listenTCP(0, shown, {"127.0.0.1"});
  RawSocket client = RawSocket::connectedTo(port->getHost());
  ropewalk::test::turnUntil(reactor, [&] { return shown->last != nullptr; });
  CHECK(shown->last->transport->getTcpNoDelay());
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  ropewalk::test::turnUntil(reactor, [&] { return answered; });
  CHECK(client.receive().ends_with("\r\n\r\nhello"));
  CHECK(shown->last->transport->getTcpNoDelay());
}

TEST_CASE("what a port says of the time for a stalled write holds in and after a stream") {
  Reactor reactor;
  Router router;
  Promise<void> written;
  router.get("/", [&written](Request&) {
    return Response::stream("text/plain", [&written](BodyWriter&) { return written.deferred(); });
  });
  const auto shown = std::make_shared<Shown>(std::move(router));
  ListenOptions options("127.0.0.1");
  options.limits.writeStall = 60s;
  const auto port = reactor.listenTCP(0, shown, options);
  RawSocket client = RawSocket::connectedTo(port->getHost());
  ropewalk::test::turnUntil(reactor, [&] { return shown->last != nullptr; });
  const TransportRef transport = shown->last->transport;
  CHECK(transport->limits().writeStall == 60s);
  const std::size_t ports = ConnectionLimits().maxQueued;
  CHECK(transport->limits().maxQueued == ports);
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  ropewalk::test::turnUntil(reactor, [&] { return transport->limits().maxQueued != ports; });
  CHECK(transport->limits().writeStall == 60s);
  CHECK(transport->limits().maxQueued == Limits().queued);
  written.callback();
  CHECK(transport->limits().writeStall == 60s);
  CHECK(transport->limits().maxQueued == ports);
  CHECK(TransportRef()->limits().maxQueued == ConnectionLimits().maxQueued);
}

TEST_CASE("what came in time is not too late because somebody else's handler took long [HR13]") {
  Reactor reactor;
  RawSocket punctual;
  Router router;
  router.get("/slow", [&punctual](Request&) {
    punctual.send("\r\n");
    std::this_thread::sleep_for(1s);
    return Response::text("slow");
  });
  router.get("/", [](Request&) { return Response::text("in time"); });
  SiteOptions options;
  options.limits.headTime = 200ms;
  const auto port =
      reactor.listenTCP(0, Site::create(std::move(router), std::move(options)), {"127.0.0.1"});
  punctual = RawSocket::connectedTo(port->getHost());
  RawSocket slow = RawSocket::connectedTo(port->getHost());
  punctual.send("GET / HTTP/1.1\r\nHost: h\r\n");
  ropewalk::test::turnUntil(reactor, [&] { return reactor.statistics().bytesReceived > 0; });
  slow.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
  ropewalk::test::turnUntil(reactor, [&] { return reactor.statistics().bytesSent > 200; });
  CHECK(slow.receive().ends_with("slow"));
  CHECK(punctual.receive().ends_with("in time"));
}

TEST_CASE("a deadline is held against a client at last, though every turn takes long [HR13]") {
  Reactor reactor;
  SiteOptions options;
  options.limits.headTime = 1ms;
  const auto port = reactor.listenTCP(0, Site::create(Router(), std::move(options)), {"127.0.0.1"});
  RawSocket peer = RawSocket::connectedTo(port->getHost());
  peer.send("GET / HTTP/1.1\r\n");
  ropewalk::test::turnUntil(reactor, [&] { return reactor.statistics().bytesReceived > 0; });
  int turns = 0;
  const std::function<void()> takeLong = [&] {
    std::this_thread::sleep_for(600ms);
    if (++turns < 6) reactor.callLater(0s, takeLong);
  };
  takeLong();
  ropewalk::test::turnUntil(reactor, [&] { return turns == 6 || reactor.statistics().bytesSent; });
  CHECK(reactor.statistics().bytesSent > 0);
}

}  // namespace
}  // namespace ropewalk::http::test
