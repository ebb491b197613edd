#pragma once

// Bodies that a producer writes: rules HR8 and HR14.
//
// Test cases, for a test that has said which Feed they are to hold on.

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "ropewalk/error.h"
#include "ropewalk/producer.h"
#include "ropewalk/promise.h"
#include "ropewalk/task.h"
#include "support/captured_log.h"

namespace ropewalk::http::test {
namespace {

using ropewalk::test::CapturedLog;

// Writes a piece whenever it is asked to, and notes what it is told.
class Pieces : public Producer {
 public:
  Pieces(std::shared_ptr<BodyWriter> out, std::string piece, int count)
      : out_(std::move(out)), piece_(std::move(piece)), left_(count) {}

  void pauseProducing() override { said += "pause "; }
  void resumeProducing() override {
    said += "resume ";
    if (!writesWhenAsked) return;
    out_->write(piece_);
    if (--left_ == 0) written.callback();
  }
  void stopProducing() override { said += "stop "; }

  BodyWriter& out() { return *out_; }

  bool writesWhenAsked = true;
  std::string said;
  Promise<void> written;

 private:
  std::shared_ptr<BodyWriter> out_;
  std::string piece_;
  int left_;
};

// A site whose body is written by one producer, which is in the test's hands.
struct Produced {
  Router router(Streaming streaming, std::size_t size, int count,
                std::optional<std::uint64_t> length = {}) {
    auto write = [=, this](BodyWriter& out) {
      pieces = std::make_shared<Pieces>(out.handle(), std::string(size, 'x'), count);
      pieces->writesWhenAsked = streaming == Streaming::Pull;
      out.registerProducer(pieces, streaming);
      return pieces->written.deferred();
    };
    Router routes;
    routes.get("/", [write, length](Request&) {
      return length ? Response::stream("text/plain", *length, write)
                    : Response::stream("text/plain", write);
    });
    routes.get("/next", [](Request&) { return Response::text("next"); });
    return routes;
  }

  std::shared_ptr<Pieces> pieces;
};

TEST_CASE("a body writer refuses a producer that is null, and goes on without it [HR14]") {
  std::string refused;
  Router router;
  router.get("/", [&refused](Request&) {
    return Response::stream("text/plain", [&refused](BodyWriter& out) {
      try {
        out.registerProducer(nullptr, Streaming::Pull);
      } catch (const std::invalid_argument& error) {
        refused = error.what();
      }
      out.write("body");
      return succeed();
    });
  });
  Feed served(std::move(router));
  CHECK(served.get("/").find("body") != std::string::npos);
  CHECK(refused == "http::BodyWriter::registerProducer: no producer");
}

TEST_CASE("a pull producer is asked for each piece when the one before is out [HR14]") {
  Produced site;
  Feed served(site.router(Streaming::Pull, 100, 5, 500));
  served.setRoom(0);
  served.get("/");
  CHECK(site.pieces->said == "resume ");
  served.setRoom(10'000);
  CHECK(site.pieces->said == "resume resume resume resume resume ");
  CHECK(served.takeTold().ends_with(std::string(500, 'x')));
  CHECK(!served.hasProducer());
}

TEST_CASE("a piece of any size is taken from a pull producer, the last one too [HR14]") {
  Produced site;
  Feed served(site.router(Streaming::Pull, 3'000'000, 2));
  served.setRoom(0);
  served.get("/");
  CHECK(site.pieces->said == "resume ");
  served.setRoom(3'100'000);
  CHECK(site.pieces->said == "resume resume ");
  CHECK(!served.isBrokenOff());
  served.setRoom(10'000'000);
  CHECK(served.takeTold().ends_with("x"));
  CHECK(served.get("/next") == toldText("next"));
}

TEST_CASE("a push producer pauses and goes on with the transport [HR14]") {
  Produced site;
  Feed served(site.router(Streaming::Push, 1, 0));
  served.setRoom(0);
  served.get("/");
  CHECK(site.pieces->said == "");
  const std::size_t head = served.unsent();
  site.pieces->out().write(std::string(65'500 - head, 'x'));
  CHECK(site.pieces->said == "");
  site.pieces->out().write(std::string(100, 'x'));
  CHECK(site.pieces->said == "pause ");
  site.pieces->out().write("x");
  CHECK(site.pieces->said == "pause ");
  served.setRoom(served.unsent() - 16 * 1024 - 1);
  CHECK(site.pieces->said == "pause ");
  served.setRoom(1'000);
  CHECK(site.pieces->said == "pause resume ");
  served.setRoom(1'000'000);
  site.pieces->written.callback();
  CHECK(served.takeTold().ends_with("x"));
  CHECK(site.pieces->said == "pause resume ");
  CHECK(served.get("/next") == toldText("next"));
}

TEST_CASE("a push producer that comes late hears at once that much waits already [HR14]") {
  std::shared_ptr<Pieces> pieces;
  Router router;
  router.get("/", [&pieces](Request&) {
    return Response::stream("text/plain", [&pieces](BodyWriter& out) {
      out.write(std::string(100'000, 'x'));
      pieces = std::make_shared<Pieces>(out.handle(), "", 0);
      pieces->writesWhenAsked = false;
      out.registerProducer(pieces, Streaming::Push);
      CHECK(pieces->said == "pause ");
      return pieces->written.deferred();
    });
  });
  Feed served(std::move(router));
  served.setRoom(0);
  served.get("/");
  served.setRoom(1'000'000);
  CHECK(pieces->said == "pause resume ");
}

TEST_CASE("a producer that is still registered at the end is let go, without a call [HR14]") {
  Produced site;
  Feed served(site.router(Streaming::Push, 1, 0));
  served.get("/");
  site.pieces->written.callback();
  served.settle();
  CHECK(!served.hasProducer());
  CHECK(site.pieces.use_count() == 1);
  CHECK(site.pieces->said == "");
  served.clientGoes();
  CHECK(site.pieces->said == "");
}

TEST_CASE("a producer is stopped when its client goes away, once and last [HR14]") {
  for (const Streaming streaming : {Streaming::Push, Streaming::Pull}) {
    Produced site;
    Feed served(site.router(streaming, 100, 1'000));
    served.setRoom(0);
    served.get("/");
    served.clientGoes();
    CHECK(site.pieces->said == (streaming == Streaming::Pull ? "resume stop " : "stop "));
    CHECK(site.pieces.use_count() == 1);
  }
}

TEST_CASE("a stream has one producer at a time, and none is harmless [HR14]") {
  bool refused = false;
  Produced other;
  Router router;
  router.get("/", [&](Request&) {
    return Response::stream("text/plain", [&](BodyWriter& out) -> Deferred<void> {
      out.unregisterProducer();
      const auto first = std::make_shared<Pieces>(out.handle(), "a", 1);
      out.registerProducer(first, Streaming::Pull);
      try {
        out.registerProducer(first, Streaming::Push);
      } catch (const ProducerAlreadyRegistered&) {
        refused = true;
      }
      co_await first->written.deferred();
      out.unregisterProducer();
      const auto second = std::make_shared<Pieces>(out.handle(), "b", 1);
      out.registerProducer(second, Streaming::Pull);
      co_await second->written.deferred();
      out.unregisterProducer();
      out.write("c");
      co_await out.drained();
    });
  });
  Feed served(std::move(router));
  CHECK(toldBody(served.get("/")) == "abc");
  CHECK(refused);
}

TEST_CASE("drained() waits again after a pull producer has gone [HR14]") {
  int rounds = 0;
  Router router;
  router.get("/", [&rounds](Request&) {
    return Response::stream("text/plain", [&rounds](BodyWriter& out) -> Deferred<void> {
      const auto first = std::make_shared<Pieces>(out.handle(), std::string(100'000, 'x'), 1);
      out.registerProducer(first, Streaming::Pull);
      co_await first->written.deferred();
      out.unregisterProducer();
      for (; rounds < 3; ++rounds) {
        co_await out.drained();
        out.write(std::string(100'000, 'x'));
      }
    });
  });
  Feed served(std::move(router));
  served.setRoom(0);
  served.get("/");
  CHECK(rounds == 0);
  served.setRoom(90'000);
  CHECK(rounds == 1);
  served.setRoom(10'000'000);
  CHECK(rounds == 3);
}

// Throws the second time it is asked.
class Failing final : public Pieces {
 public:
  using Pieces::Pieces;
  void resumeProducing() override {
    if (!said.empty()) throw std::runtime_error("no more rows");
    Pieces::resumeProducing();
  }
};

TEST_CASE(
    "a producer that throws breaks the connection off, so that the part is not taken for all") {
  const CapturedLog log;
  std::shared_ptr<Failing> failing;
  Router router;
  router.get("/", [&failing](Request&) {
    return Response::stream("text/plain", [&failing](BodyWriter& out) {
      failing = std::make_shared<Failing>(out.handle(), "x", 9);
      out.registerProducer(failing, Streaming::Pull);
      return failing->written.deferred();
    });
  });
  Feed served(std::move(router));
  served.get("/");
  CHECK(served.isBrokenOff());
  CHECK(log.has("no more rows"));
  CHECK(failing->said == "resume stop ");
}

TEST_CASE("writing after the end does nothing, not even to the next answer [HR8]") {
  Produced site;
  Feed served(site.router(Streaming::Push, 1, 0));
  served.get("/");
  BodyWriter& out = site.pieces->out();
  site.pieces->written.callback();
  served.takeTold();
  out.write("late");
  CHECK(served.takeTold() == "");
  CHECK(out.isConnected());
  const auto late = std::make_shared<Pieces>(out.handle(), "late", 1);
  out.registerProducer(late, Streaming::Pull);
  CHECK(late->said == "stop ");
  out.unregisterProducer();
  served.get("/");  // its body is being written now
  out.write("late");
  out.unregisterProducer();
  CHECK(served.takeTold() == "");
  CHECK(served.hasProducer());
}

TEST_CASE("writing and finishing after the client has gone does nothing [HR8]") {
  Produced site;
  {
    Feed served(site.router(Streaming::Push, 1, 0));
    served.get("/");
    served.clientGoes();
    CHECK(!site.pieces->out().isConnected());
    site.pieces->out().write("late");
    site.pieces->written.callback();
    CHECK(served.takeTold() == "");
  }
  // ... and also when nothing is left of the connection and its site.
  site.pieces->out().write("late");
  CHECK(!site.pieces->out().isConnected());
  const auto late = std::make_shared<Pieces>(site.pieces->out().handle(), "late", 1);
  site.pieces->out().registerProducer(late, Streaming::Push);
  CHECK(late->said == "stop ");
}

TEST_CASE("finishing twice is the writer's own mistake, and is said to the writer [HR8]") {
  Produced site;
  Feed served(site.router(Streaming::Push, 1, 0));
  served.get("/");
  site.pieces->written.callback();
  CHECK_THROWS_AS(site.pieces->written.callback(), AlreadyCalledError);
  CHECK(served.takeTold() == "");
  CHECK(served.get("/next") == toldText("next"));
}

// Writes a body, some pieces at a time, for as long as there is room, but not for ever.
struct Endless {
  Deferred<void> writeTo(std::shared_ptr<BodyWriter> body) {
    wasTold = false;
    try {
      for (rounds = 0; rounds < kForEver; ++rounds) {
        for (int i = 0; i < pieces; ++i) body->write(std::string(8'000, 'x'));
        co_await body->drained();
      }
    } catch (const CancelledError&) {
      wasTold = true;
      throw;
    }
  }

  // A site whose body is written by a coroutine that is not the connection's.
  Router fromOutside() {
    Router router;
    router.get("/", [this](Request&) {
      return Response::stream("text/plain", [this](BodyWriter& writer) {
        out = writer.handle();
        return done.deferred();
      });
    });
    return router;
  }

  static constexpr int kForEver = 1'000;
  int pieces = 1;
  int rounds = 0;
  bool wasTold = false;
  std::shared_ptr<BodyWriter> out;
  Promise<void> done;
};

TEST_CASE("who writes a body for as long as there is room hears from drained() of an abort") {
  const CapturedLog log;
  Endless body;
  body.pieces = 9;
  Router router;
  router.get("/", [&body](Request&) {
    return Response::stream("text/plain",
                            [&body](BodyWriter& out) { return body.writeTo(out.handle()); });
  });
  Feed served(std::move(router), Limits{.queued = 16'000});
  served.setRoom(1'000);
  served.get("/");
  CHECK(served.isBrokenOff());
  CHECK(body.wasTold);
  CHECK(!log.has("was not written to its end"));
}

TEST_CASE("a coroutine of nobody's is not left waiting in drained()") {
  Endless body;
  Feed served(body.fromOutside());
  served.setRoom(1'000);
  served.get("/");
  const auto write = [&body] { return body.writeTo(body.out); };
  SUBCASE("when the client goes away") {
    spawn(write);
    CHECK(!body.wasTold);
    served.clientGoes();
  }
  SUBCASE("when the client has gone before") {
    served.clientGoes();
    spawn(write);
  }
  SUBCASE("when the body is said to be done") {
    spawn(write);
    CHECK(!body.wasTold);
    body.done.callback();
    served.setRoom(1'000'000);
    CHECK(!served.isBrokenOff());
  }
  SUBCASE("when the body was done before") {
    body.done.callback();
    spawn(write);
    CHECK(served.mayAskAgain());
  }
  CHECK(body.wasTold);
  CHECK(body.rounds < Endless::kForEver);
}

}  // namespace
}  // namespace ropewalk::http::test
