#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "support/loopback_wire.h"

namespace ropewalk::test {
namespace {
using Wire = LoopbackWire;
}  // namespace
}  // namespace ropewalk::test

#include "internal/filter/swap_rules.h"

namespace ropewalk::test {
namespace {

TEST_CASE("in a child process a filtered connection sends no farewell") {
  Script server = serving("ok");
  const auto before = server.data;
  server.data = [before](Scripted& self, std::string_view data) {
    if (data != "secret") return before(self, data);
    connectionOf(self).leave(true);  // as after a fork
    self.transport->loseConnection();
  };
  Conversation<Wire> talk(server, asking("ok"));
  talk.begin().wire.until([&] { return talk.server().received == "secret"; });
  talk.wire.settle();
  CHECK(!talk.client().isReadLost);
  CHECK(!talk.client().isLost);
}

TEST_CASE("a connection that the parent goes on with ends without a farewell") {
  Script server = serving("ok");
  const auto before = server.data;
  server.data = [before](Scripted& self, std::string_view data) {
    if (data != "secret") return before(self, data);
    connectionOf(self).inherit();
    self.transport->loseConnection(Linger::No);
  };
  Conversation<Wire> talk(server, asking("ok"));
  talk.begin().end();
  CHECK(talk.client().reason.check<ConnectionLost>());
}

TEST_CASE("a child process that connectionLost() forked sends no farewell") {
  const pid_t parent = ::getpid();
  Script server = serving("ok");
  const auto before = server.data;
  server.data = [before](Scripted& self, std::string_view data) {
    if (data != "secret") return before(self, data);
    self.transport->setIdle(true);
  };
  server.lost = [](Scripted& self, const Failure&) {
    if (self.received != "secret") return;
    const pid_t child = ::fork();
    if (child == 0) return;
    REQUIRE(::waitpid(child, nullptr, 0) == child);
    connectionOf(self).inherit();  // the parent sends none, either
  };
  ListenOptions options;
  options.maxConnections = 1;
  Conversation<Wire> talk(server, asking("ok"), options);
  talk.begin().wire.until([&] { return talk.server().received == "secret"; });
  talk.wire.connect(*talk.port, talk.clientFactory);
  talk.wire.until([&] {
    if (::getpid() != parent) ::_exit(0);
    return talk.client().isLost;
  });
  CHECK(talk.client().reason.check<ConnectionLost>());
}

TEST_CASE("in a child process no input is read after input that was given back") {
  int times = 0;
  Script server;
  server.data = [&times](Scripted& self, std::string_view data) {
    if (++times == 1) {
      self.transport->pauseProducing();
      return self.transport->unread(std::string(data));
    }
    connectionOf(self).leave(true);
    connectionOf(self).drain();  // would read, as would a filter
  };
  Conversation<Wire> talk(server);
  talk.begin().client().transport->write("given back");
  talk.wire.until([&] { return times == 1; });
  talk.client().transport->write("more");
  talk.wire.settle();
  talk.server().transport->resumeProducing();
  talk.wire.until([&] { return times == 2; });
  talk.wire.settle();
  CHECK(times == 2);
  CHECK(talk.server().received == "given backgiven back");
}

// Changes each byte, without a handshake or a farewell.
class Mask final : public detail::FilterCodec {
 public:
  void begin(std::string&) override {}
  bool isOpen() const override { return true; }
  void received(std::string_view bytes, std::string&) override { append(decoded_, bytes); }
  void receivedEnd() override { isAtEnd_ = true; }
  std::size_t decode(char* buffer, std::size_t size) override {
    const std::size_t count = decoded_.copy(buffer, size);
    decoded_.erase(0, count);
    return count;
  }
  bool isAtEnd() const override { return isAtEnd_ && decoded_.empty(); }
  void encode(std::string_view bytes, std::string& out) override { append(out, bytes); }
  void finish(std::string&) override {}

 private:
  static void append(std::string& out, std::string_view bytes) {
    for (const char each : bytes) out += static_cast<char>(each ^ 1);
  }

  std::string decoded_;
  bool isAtEnd_ = false;
};

TEST_CASE("a paused protocol's handshake goes on though a lower filter holds its bytes") {
  const auto addBoth = [](Scripted& self, Side side, std::string_view unread) {
    connectionOf(self).addFilter(std::make_unique<Mask>(), std::string(unread));
    addFilter(self, side);
  };
  Script client;
  client.made = [&](Scripted& self) {
    self.transport->write("start");
    addBoth(self, Side::Client, "");
  };
  Script server;
  server.made = [](Scripted& self) { self.transport->pauseProducing(); };
  server.data = [&](Scripted& self, std::string_view data) {
    self.transport->pauseProducing();
    addBoth(self, Side::Server, data.substr(5));
    self.transport->write("welcome");
  };
  Conversation<Wire> talk(server, client);
  talk.begin().wire.settle();  // the first message of the handshake is there, too
  talk.server().transport->resumeProducing();
  talk.wire.until([&] { return talk.client().received == "welcome"; });
  CHECK(talk.server().received.size() > 5);
}

}  // namespace
}  // namespace ropewalk::test
