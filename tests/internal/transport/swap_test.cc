#include "support/loopback_wire.h"

namespace ropewalk::test {
namespace {
using Wire = LoopbackWire;
}  // namespace
}  // namespace ropewalk::test

#include "internal/filter/swap_rules.h"

namespace ropewalk::test {
namespace {

// A callback has forked, and this is the child: the connection is the parent's.
void leave(Protocol& protocol) {
  dynamic_cast<detail::Connection&>(*protocol.transport).leave(true);
}

TEST_CASE("in a child process a filtered connection sends no farewell") {
  Script server = serving("ok");
  const auto before = server.data;
  server.data = [before](Scripted& self, std::string_view data) {
    if (data != "secret") return before(self, data);
    leave(self);
    self.transport->loseConnection();
  };
  Conversation<Wire> talk(server, asking("ok"));
  talk.begin().wire.until([&] { return talk.server().received == "secret"; });
  talk.wire.settle();
  CHECK(!talk.client().isReadLost);
  CHECK(!talk.client().isLost);
}

}  // namespace
}  // namespace ropewalk::test
