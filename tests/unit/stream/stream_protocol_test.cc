#include "ropewalk/stream_protocol.h"

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "ropewalk/deferred.h"
#include "ropewalk/promise.h"
#include "ropewalk/sim/string_transport.h"
#include "ropewalk/task.h"
#include "support/captured_log.h"
#include "unit/stream/stream_stage.h"

using namespace ropewalk;
using test::kClosedCleanly;
using test::StreamStage;
using test::Told;

namespace {

// What the story says when the peer has reset the connection.
constexpr const char* kReset = "lost: Connection to the other side was lost";

// Awaits what `awaits` makes, and tells of a cancellation under this name.
template <class Awaits>
Deferred<void> tellsOfCancelling(Told& told, std::string name, const Awaits& awaits) {
  try {
    co_await awaits(told);
    told.tell("never");
  } catch (const CancelledError&) {
    told.tell(name + " cancelled");
  }
}

// The story of a connection that is reset while it awaits what `awaits` makes.
template <class Awaits>
std::string storyOfReset(const std::string& name, const Awaits& awaits) {
  StreamStage stage(
      [&](Told& told) -> Deferred<void> { return tellsOfCancelling(told, name, awaits); });
  stage.abort();
  return stage.story.text();
}

// Writes for as long as there is room, but not for ever.
class Chatterbox final : public StreamProtocol {
 public:
  static constexpr int kForEver = 1'000;

  Deferred<void> serve() override {
    if (endsFirst) transport->loseWriteConnection();
    return chatter();
  }

  Deferred<void> chatter() {
    const std::string piece(8'000, 'x');
    wasTold = false;
    try {
      for (rounds = 0; rounds < kForEver; ++rounds) {
        write(piece);
        co_await drained();
      }
    } catch (const CancelledError&) {
      wasTold = true;
    }
  }

  int rounds = 0;
  bool endsFirst = false;
  bool wasTold = false;
};

}  // namespace

TEST_CASE("the design's menu: a conversation in sequence, and returning closes the connection") {
  StreamStage stage([](Told& told) -> Deferred<void> {
    told.write("Welcome.\r\n");
    while (auto line = co_await told.readLine()) {
      if (*line == "exit") break;
      told.write(*line == "0" ? "A person will be with you.\r\n" : "Please try again.\r\n");
    }
  });
  CHECK(stage.client->takeReceived() == "Welcome.\r\n");
  stage.send("0\r\n7\n");
  CHECK(stage.client->takeReceived() == "A person will be with you.\r\nPlease try again.\r\n");
  stage.send("exit\r\n");
  CHECK(stage.client->sawEnd);
}

TEST_CASE("a stream stays writable after the peer's half-close until serve returns [HC2]") {
  Promise<void> permission;
  StreamStage stage([&](Told& told) -> Deferred<void> {
    while (auto line = co_await told.readLine()) told.write(*line + "!\r\n");
    Deferred<void> permitted = permission.deferred();
    co_await std::move(permitted);
    told.write("bye\r\n");
  });
  stage.send("hello\r\n");
  stage.finish();
  CHECK(stage.client->takeReceived() == "hello!\r\n");
  CHECK_FALSE(stage.client->sawEnd);
  permission.callback();
  stage.world.runUntilIdle();
  CHECK(stage.client->takeReceived() == "bye\r\n");
  CHECK(stage.client->sawEnd);
  CHECK(stage.story.text() == kClosedCleanly);
}

TEST_CASE("an exception out of serve ends the connection with that reason [LF7]") {
  const test::CapturedLog log;
  StreamStage stage([](Told& told) -> Deferred<void> {
    co_await told.readLine();
    throw std::runtime_error("serve broke");
  });
  stage.send("x\n");
  stage.finish();
  CHECK(stage.story.text() == "lost: serve broke");
  CHECK(log.has("serve broke", "Told,0,"));
}

TEST_CASE("an exception out of serve before it waits is the reason as well [LF8]") {
  const test::CapturedLog log;
  StreamStage stage([](Told&) -> Deferred<void> { throw std::runtime_error("no coroutine"); });
  stage.finish();
  CHECK(stage.story.text() == "lost: no coroutine");
}

TEST_CASE("a pending readLine returns empty when the connection is lost, before connectionLost") {
  StreamStage stage([](Told& told) -> Deferred<void> { told.tellRead(co_await told.readLine()); });
  stage.abort();
  CHECK(stage.story.text().starts_with(std::string("end, ") + kReset));
}

TEST_CASE("every other await raises CancelledError when the connection is lost") {
  const auto expected = [](const char* name) {
    return std::string(name) + " cancelled, " + kReset;
  };
  CHECK(storyOfReset("some", [](Told& told) {
          return told.readSome();
        }).starts_with(expected("some")));
  CHECK(storyOfReset("exactly", [](Told& told) {
          return told.readExactly(1);
        }).starts_with(expected("exactly")));
  CHECK(storyOfReset("until", [](Told& told) {
          return told.readUntil("x");
        }).starts_with(expected("until")));
  CHECK(storyOfReset("sleep", [](Told&) { return sleep(1h); }).starts_with(expected("sleep")));
}

TEST_CASE("every await after the end of the connection raises at once") {
  StreamStage stage([](Told& told) -> Deferred<void> {
    told.tellRead(co_await told.readLine());
    const auto readsAgain = [](Told& stream) { return stream.readLine(); };
    co_await tellsOfCancelling(told, "inner", readsAgain);
  });
  stage.abort();
  CHECK(stage.story.text().starts_with(std::string("end, inner cancelled, ") + kReset));
}

TEST_CASE("drained waits while the peer takes nothing, and goes on when it does [PC7]") {
  std::size_t sent = 0;
  StreamStage stage([&](Told& told) -> Deferred<void> {
    co_await told.readLine();
    const std::string piece(10'000, 'x');
    while (sent < 4'000'000) {
      told.write(piece);
      sent += piece.size();
      co_await told.drained();
      CHECK(told.transport->unsentBytes() <= 65'536);
    }
  });
  stage.client->transport->pauseProducing();
  stage.send("go\n");
  CHECK(sent > 65'536);
  CHECK(sent < 4'000'000);
  stage.client->transport->resumeProducing();
  stage.world.runUntilIdle();
  CHECK(sent == 4'000'000);
  CHECK(stage.client->received().size() == sent);
}

TEST_CASE("drained raises CancelledError when the peer is gone") {
  StreamStage stage([](Told& told) -> Deferred<void> {
    co_await told.readLine();
    const auto fills = [](Told& stream) {
      stream.write(std::string(10'000'000, 'x'));
      return stream.drained();
    };
    co_await tellsOfCancelling(told, "drained", fills);
  });
  stage.client->transport->pauseProducing();
  stage.send("go\n");
  CHECK(stage.story.text() == "");
  stage.abort();
  CHECK(stage.story.text().starts_with(std::string("drained cancelled, ") + kReset));
}

TEST_CASE("whoever writes for as long as there is room is told of the end by drained") {
  const auto protocol = std::make_shared<Chatterbox>();
  sim::StringTransport transport;
  transport.setRoom(1'000);
  SUBCASE("when the connection is closed, once there is room again") {
    protocol->makeConnection(transport);
    protocol->transport->loseConnection();
    transport.settle();
    CHECK_FALSE(protocol->wasTold);
    transport.setRoom(1'000'000);
    CHECK(transport.isFinished());
  }
  SUBCASE("when it has written more than the port allows") {
    ConnectionLimits limits;
    limits.maxQueued = 16'000;
    transport->setLimits(limits);
    protocol->makeConnection(transport);
    CHECK_FALSE(transport.isAborted());  // it waits before the cap is met
    for (int i = 0; i < 3; ++i) protocol->write(std::string(8'000, 'y'));
    CHECK(transport.isAborted());
  }
  SUBCASE("when it has said that nothing more will be written") {
    protocol->makeConnection(transport);
    transport->loseWriteConnection();
    CHECK_FALSE(protocol->wasTold);
    transport.setRoom(1'000'000);
  }
  SUBCASE("when that was said before, and all is sent") {
    protocol->endsFirst = true;
    protocol->makeConnection(transport);
  }
  SUBCASE("when it is nobody's and the connection has been gone for long") {
    protocol->makeConnection(transport);
    transport.peerResets();
    spawn([&] { return protocol->chatter(); });
  }
  CHECK(protocol->wasTold);
  CHECK(protocol->rounds < Chatterbox::kForEver);
}

TEST_CASE("coroutines that belong to nobody are not left waiting for a stream that is gone") {
  std::string story;
  {
    StreamStage stage([&](Told& told) -> Deferred<void> {
      co_await told.readLine();
      spawn([&]() -> Deferred<void> {
        try {
          co_await told.readLine();
        } catch (const CancelledError&) {
          story += "reader cancelled. ";
        }
      });
      spawn([&]() -> Deferred<void> {
        try {
          told.write(std::string(10'000'000, 'x'));
          co_await told.drained();
        } catch (const CancelledError&) {
          story += "writer cancelled. ";
        }
      });
      Deferred<void> slept = sleep(1h);
      co_await std::move(slept);
    });
    stage.client->transport->pauseProducing();
    stage.send("go\n");
    CHECK(story == "");
    stage.abort();
  }
  CHECK(story == "writer cancelled. reader cancelled. ");
}

TEST_CASE("a stream that was drained leaves no producer behind [PC4]") {
  StreamStage stage([](Told& told) -> Deferred<void> {
    told.write("x");
    co_await told.drained();
    told.write("y");
    co_await told.drained();
  });
  CHECK(stage.client->received() == "xy");
  CHECK(stage.client->sawEnd);  // a producer would hold the connection open (CL6)
}

TEST_CASE("what served a connection is gone with it [LF4]") {
  std::weak_ptr<int> watched;
  StreamStage stage([&](Told& told) -> Deferred<void> {
    const auto local = std::make_shared<int>(1);
    watched = local;
    co_await told.readLine();
  });
  CHECK_FALSE(watched.expired());
  stage.abort();
  CHECK(watched.expired());
}

TEST_CASE("a stream comes to its end when the reactor stops [RC13]") {
  StreamStage stage([](Told& told) -> Deferred<void> { told.tellRead(co_await told.readLine()); });
  stage.world.host("server").run([] { reactor().stop(); });
  stage.world.runUntilIdle();
  CHECK(stage.story.text().starts_with(std::string("end, ") + kReset));
}
