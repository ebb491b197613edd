#include "support/guarded_reactor.h"
#include "support/loopback_wire.h"
#include "support/raw_socket.h"
#include "unit/core/switching_end_rules.h"
#include "unit/core/switching_rules.h"

namespace ropewalk::test {
namespace {

// The kernel reports the bytes before the connection that came after them, in the same wait.
TEST_CASE("a connection that is to be switched is not closed for one that comes at that moment") {
  const QuietLog quiet;
  Story story;
  Reactor reactor;
  const auto next = std::make_shared<Scripted>(story, "next", Script{});
  Script serving;
  serving.data = [&](Scripted& self, std::string_view) {
    self.transport->setIdle(true);
    self.transport->switchProtocol(next);
  };
  ListenOptions options("127.0.0.1");
  options.maxConnections = 1;
  const auto factory = scripted(story, "server", serving);
  const auto port = reactor.listenTCP(0, factory, options);
  RawSocket first = RawSocket::connectedTo(port->getHost());
  turnUntil(reactor, [&] { return story.has("server made"); });
  first.send("go");
  const RawSocket second = RawSocket::connectedTo(port->getHost());
  turnUntil(reactor, [&] { return story.has("next made"); });
  CHECK(!next->isLost);
  factory->built.clear();
}

}  // namespace
}  // namespace ropewalk::test
