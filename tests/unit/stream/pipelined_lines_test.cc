// A client that sends many requests at once, each of which has a long answer: requests wait until
// the client has taken the earlier answers.

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "ropewalk/deferred.h"
#include "ropewalk/factory.h"
#include "ropewalk/line_only_receiver.h"
#include "ropewalk/line_receiver.h"
#include "ropewalk/listening_port.h"
#include "ropewalk/reactor.h"
#include "ropewalk/sim/recorder.h"
#include "ropewalk/sim/world.h"
#include "ropewalk/stream_protocol.h"
#include "ropewalk/task.h"

using namespace ropewalk;

namespace {

constexpr std::size_t kRequests = 20'000;
constexpr std::size_t kAnswer = 5'000;  // bytes; together, the answers exceed maxQueued
constexpr std::size_t kMostHeld = 256 * 1024;

struct Counts {
  std::size_t requests = 0;
  std::size_t mostUnsent = 0;
};

// Answers a request, and notes how much output waits.
void answer(Counts& counts, Transport& transport) {
  transport.write(std::string(kAnswer, static_cast<char>('a' + counts.requests++ % 26)));
  counts.mostUnsent = std::max(counts.mostUnsent, transport.unsentBytes());
}

template <typename Receiver>
struct Answering final : Receiver {
  explicit Answering(Counts& all) : counts(all) {}
  void lineReceived(std::string_view line) override {
    CHECK(line == "GET big");
    answer(counts, *this->transport);
  }
  Counts& counts;
};
using Lines = Answering<LineReceiver>;
using OnlyLines = Answering<LineOnlyReceiver>;

// Takes requests in line mode and in raw mode in turn.
struct Raw final : LineReceiver {
  explicit Raw(Counts& all) : counts(all) {}
  void lineReceived(std::string_view) override {
    answer(counts, *transport);
    setRawMode();
  }
  void rawDataReceived(std::string_view data) override {
    request += data;
    const std::size_t end = request.find("\r\n");
    if (end == std::string::npos) return;
    answer(counts, *transport);
    const std::string rest = std::exchange(request, {}).substr(end + 2);
    setLineMode(rest);
  }
  std::string request;
  Counts& counts;
};

struct Stream final : StreamProtocol {
  explicit Stream(Counts& all) : counts(all) {}
  Deferred<void> serve() override {
    while (auto line = co_await readLine()) {
      CHECK(*line == "GET big");
      answer(counts, *transport);
    }
  }
  Counts& counts;
};

struct SteppingStream final : StreamProtocol {
  explicit SteppingStream(Counts& all) : counts(all) {}
  Deferred<void> serve() override {
    while (auto request = co_await readExactly(std::string_view("GET big\r\n").size())) {
      CHECK(*request == "GET big\r\n");
      co_await sleep(1us);
      answer(counts, *transport);
    }
  }
  Counts& counts;
};

// Sends all requests, then its end of stream, which must not cost a request.
struct Asking final : sim::Recorder {
  void connectionMade() override {
    std::string requests;
    for (std::size_t i = 0; i < kRequests; ++i) requests += "GET big\r\n";
    if (!reads) transport->pauseProducing();
    transport->write(std::move(requests));
    transport->loseWriteConnection();
  }
  bool reads = true;
};

}  // namespace

TEST_CASE_TEMPLATE("pipelined requests are answered as fast as the client takes the answers",
                   Server, Lines, Raw, OnlyLines, Stream, SteppingStream) {
  Counts counts;
  sim::World world;
  world.host("server").run(
      [&] { reactor().listenTCP(1, Factory::forProtocol<Server>(std::ref(counts))); });
  const auto client = world.host("client").connect<Asking>("server", 1);
  SUBCASE("all of them reach a client that reads") {
    world.runUntil([&] { return client->received().size() == kRequests * kAnswer; });
    CHECK(counts.requests == kRequests);
    world.runUntilIdle();
    CHECK(client->lost());
    std::size_t wrong = 0;
    for (std::size_t at = 0; at < client->received().size(); ++at) {
      const char expected = static_cast<char>('a' + at / kAnswer % 26);
      if (client->received()[at] != expected) ++wrong;
    }
    CHECK(wrong == 0);
  }
  SUBCASE("little is held for a client that does not read") {
    client->reads = false;
    world.advance(20s);
    CHECK(counts.requests > 1);
    CHECK(!client->lost());
    CHECK(counts.mostUnsent > 64 * 1024);
  }
  CHECK(counts.mostUnsent < kMostHeld);
}

TEST_CASE("lines that a callback passes to dataReceived() wait behind those that had arrived") {
  struct Passing final : LineReceiver {
    explicit Passing(std::string& all) : lines(all) {}
    void lineReceived(std::string_view line) override {
      lines += line;
      if (line != "one") return;
      transport->write(std::string(1'000'000, 'x'));
      CHECK(transport->isBlocked());
      dataReceived("three\r\n");
    }
    std::string& lines;
  };
  std::string lines;
  sim::World world;
  world.host("server").run(
      [&] { reactor().listenTCP(1, Factory::forProtocol<Passing>(std::ref(lines))); });
  const auto client = world.host("client").connect<sim::Recorder>("server", 1);
  world.runUntilIdle();
  client->transport->write("one\r\ntwo\r\n");
  world.runUntilIdle();
  CHECK(lines == "onetwothree");
}

TEST_CASE("a read that follows a cancelled one waits for input that waits in the transport") {
  struct Hasty final : StreamProtocol {
    explicit Hasty(std::string& all) : lines(all) {}
    Deferred<void> serve() override {
      co_await sleep(1s);  // until all has arrived, the end too
      auto first = co_await readLine();
      lines += first.value_or("none");
      write(std::string(1'000'000, 'x'));
      Deferred<void> hurried = readOne();
      Deferred<void> given =
          std::move(hurried).addTimeout(1s, reactor()).addErrback([](const Failure&) {});
      co_await sleep(2s);
      co_await readOne();
    }
    Deferred<void> readOne() {
      auto line = co_await readLine();
      lines += line.value_or("none");
    }
    std::string& lines;
  };
  std::string lines;
  sim::World world;
  world.host("server").run(
      [&] { reactor().listenTCP(1, Factory::forProtocol<Hasty>(std::ref(lines))); });
  const auto client = world.host("client").connect<sim::Recorder>("server", 1);
  world.runUntilIdle();
  client->transport->pauseProducing();
  client->transport->write("one\ntwo\n");
  client->transport->loseWriteConnection();
  world.advance(10s);
  CHECK(lines == "one");
  client->transport->resumeProducing();
  world.advance(10s);
  CHECK(lines == "onetwo");
}
