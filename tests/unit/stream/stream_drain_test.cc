// What a drain does to a StreamProtocol: it may finish the answer that it works on.

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "ropewalk/deferred.h"
#include "ropewalk/reactor.h"
#include "ropewalk/task.h"
#include "unit/stream/stream_stage.h"

using namespace ropewalk;
using namespace ropewalk::test;

namespace {

constexpr std::string_view kDoneAtOnce = "Connection was closed cleanly.";

void drain(StreamStage& stage) {
  Reactor& server = stage.world.host("server").reactor();
  server.callLater(0s, [&server] { server.drain(); });
}

Deferred<void> answersSlowly(Told& told) {
  while (auto line = co_await told.readLine()) {
    told.write("working. ");
    co_await sleep(3s);
    told.write(*line + " done. ");
  }
  told.write("bye.");
}

}  // namespace

TEST_CASE("in a drain, serve() may answer all input that had arrived [RC13]") {
  StreamStage stage(answersSlowly);
  std::string answers;
  SUBCASE("one that it works on") {
    stage.client->transport->write("one\n");
    stage.world.advance(1s);
    answers = "working. one done. bye.";
  }
  SUBCASE("requests that it has not read yet") {
    stage.client->transport->write("one\ntwo\nthr");
    stage.world.advance(1s);
    answers = "working. one done. working. two done. bye.";
  }
  SUBCASE("none: the pending read returns empty") {
    stage.client->transport->write("unfinished");
    stage.world.advance(1s);
    answers = "bye.";
  }
  drain(stage);
  stage.world.advance(9s);
  CHECK(stage.client->received() == answers);
  CHECK(stage.client->sawEnd);
  CHECK(stage.story.text().find(kDoneAtOnce) != std::string::npos);
}

TEST_CASE("a serve() that does not read ends at the drain's deadline, or in drainRequested()") {
  struct Ending final : StreamProtocol {
    Deferred<void> serve() override {
      for (;;) {
        write(".");
        co_await sleep(1s);
      }
    }
    void drainRequested() override {
      if (endsAtOnce) transport->loseConnection();
    }
    bool endsAtOnce = false;
  };
  sim::World world;
  const auto server = std::make_shared<Ending>();
  world.host("server").run([&] {
    reactor().listenTCP(1,
                        std::make_shared<ProtocolFactory<Protocol>>(
                            [&](const Address&) -> std::shared_ptr<Protocol> { return server; }));
  });
  const auto client = world.host("client").connect<sim::Recorder>("server", 1);
  Duration until = 0s;
  SUBCASE("at the deadline") { until = 4s; }
  SUBCASE("at once") { server->endsAtOnce = true; }
  world.advance(2500ms);
  Reactor& reactor = world.host("server").reactor();
  reactor.callLater(0s, [&reactor] { reactor.drain(5s); });
  world.advance(until + 500ms);
  CHECK(client->lost() == server->endsAtOnce);
  world.advance(1s);
  CHECK(client->lost());
}
