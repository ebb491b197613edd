// A program outside of the tree, which meson.build and CMakeLists.txt here build against what is
// installed: it uses each library and must catch the errors of each by their types.

#include <ropewalk/http.h>
#include <ropewalk/ropewalk.h>
#include <ropewalk/sim.h>

#include <cstdio>
#include <memory>
#include <string_view>
#include <utility>

using namespace ropewalk;

namespace {

int missed = 0;

void expect(bool isTrue, const char* what) {
  if (isTrue) return;
  std::fprintf(stderr, "not so: %s\n", what);
  ++missed;
}

template <typename Expected, typename Call>
bool throws(const Call& call) {
  try {
    call();
  } catch (const Expected&) {
    return true;
  } catch (...) {
  }
  return false;
}

// Sends a part of what it has announced, and closes.
class Quitter : public Protocol {
  void connectionMade() override {
    transport->write("POST / HTTP/1.1\r\nHost: server\r\nContent-Length: 9\r\n\r\npart");
    transport->loseConnection();
  }
};

void catchErrorsOfCore() {
  const auto port = reactor().listenTCP(0, Factory::forProtocol<Quitter>());
  const auto listenAgain = [&] {
    reactor().listenTCP(port->getHost().port(), Factory::forProtocol<Quitter>());
  };
  const auto fireTwice = [] {
    Promise<int> promise;
    const auto deferred = promise.deferred();
    promise.callback(1);
    promise.callback(2);
  };
  expect(throws<CannotListenError>(listenAgain), "CannotListenError is caught by its type");
  expect(throws<BindError>(listenAgain), "CannotListenError is caught as its base");
  expect(throws<AlreadyCalledError>(fireTwice), "AlreadyCalledError is caught by its type");
  port->stopListening();
}

void catchErrorsOfSim() {
  expect(throws<sim::BadCapture>([] { sim::Capture::parse("nonsense"); }), "BadCapture is caught");
  sim::World world;
  world.host("server");
  const auto client = world.host("client").connect<sim::Recorder>("server", 1);
  world.advance(1s);
  expect(client->reason().check<ConnectionRefusedError>(), "a Failure knows the type of its error");
}

void catchErrorsOfHttp() {
  bool isCaught = false;
  http::Router site;
  const auto readAll = [&isCaught](http::Request& request) -> Deferred<http::Response> {
    try {
      while (auto part = co_await request.read()) {
      }
    } catch (const http::IncompleteBody&) {
      isCaught = true;
    }
    co_return http::Response(204);
  };
  site.post("/", readAll).streamBody();
  sim::World world;
  world.host("server").run(
      [&site] { reactor().listenTCP(80, http::Site::create(std::move(site))); });
  world.host("client").connect<Quitter>("server", 80);
  world.advance(10s);
  expect(isCaught, "IncompleteBody is caught by its type");
}

}  // namespace

int main() {
  catchErrorsOfCore();
  catchErrorsOfSim();
  catchErrorsOfHttp();
  reactor().callLater(0s, [] { reactor().stop(); });
  reactor().run();
  if (missed == 0) std::puts("all caught");
  return missed;
}
