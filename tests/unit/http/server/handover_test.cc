// The connection given to another protocol: Response::detach() and upgrade().

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "ropewalk/failure.h"
#include "ropewalk/promise.h"
#include "ropewalk/stream_protocol.h"
#include "support/captured_log.h"
#include "unit/http/served.h"

namespace ropewalk::http::test {
namespace {

using ropewalk::test::CapturedLog;

// Notes what it is told, and answers each line of bytes with the same in brackets.
class Next final : public Protocol {
 public:
  explicit Next(std::string& story) : story_(story) {}

  void connectionMade() override {
    story_ += "made ";
    transport->write("<hi>");
    if (pauses) transport->pauseProducing();
    if (closes) transport->loseConnection();
    if (throws) throw std::runtime_error("not today");
  }
  void dataReceived(std::string_view data) override {
    story_.append("data(").append(data).append(") ");
    transport->write("<" + std::string(data) + ">");
  }
  void readConnectionLost() override {
    story_ += "readLost ";
    transport->write("<eof>");
    transport->loseConnection();
  }
  void writeConnectionLost() override { story_ += "writeLost "; }
  void connectionLost(const Failure& why) override {
    story_ += "lost(" + std::string(why.typeName()) + ") ";
  }
  void drainRequested() override { story_ += "drain "; }

  bool pauses = false;
  bool closes = false;
  bool throws = false;

 private:
  std::string& story_;
};

// `/detach` and `/upgrade` give the connection away at once, `/later` when the test lets it.
struct Giving {
  Router router() {
    Router routes;
    routes.any("/detach", [this](Request& request) {
      request.notifyFinish().addCallback([this] { story += "finished "; });
      return Response::detach(next);
    });
    routes.get("/upgrade", [this](Request&) {
      return Response::upgrade("echo/2", next).setHeader("X-Key", "7");
    });
    routes.get("/later", [this](Request&) -> Deferred<Response> {
      co_await gate.deferred();
      co_return Response::detach(next);
    });
    routes.post("/early", [this](Request&) { return Response::detach(next); }).streamBody();
    routes
        .post("/read",
              [this](Request& request) -> Deferred<Response> {
                while (auto part = co_await request.read()) {
                }
                co_return Response::detach(next);
              })
        .streamBody();
    routes.get("/", [](Request&) { return Response::text("page"); });
    routes.get("/stream", [](Request&) {
      return Response::stream("text/plain", 1, [](BodyWriter& out) {
        out.write("x");
        return succeed();
      });
    });
    return routes;
  }

  std::string story;
  std::shared_ptr<Next> next = std::make_shared<Next>(story);
  Promise<void> gate;
};

constexpr const char* kAsks = "Connection: keep-alive, Upgrade\r\nUpgrade: other, Echo/2\r\n";

TEST_CASE("a detached connection is the next protocol's, from its beginning to its end") {
  Giving site;
  Served served(site.router());
  CHECK(served.get("/") == textAnswer("page"));
  CHECK(served.get("/detach") == "<hi>");
  CHECK(site.story == "finished made ");
  CHECK(served.ask("GET / HTTP/1.1\r\n") == "<GET / HTTP/1.1\r\n>");
  CHECK(served.transport->logPrefix().starts_with("Next,0,"));
  served.transport.reactor().drain();
  served.transport.settle();
  served.transport.peerResets();
  CHECK(site.story ==
        "finished made data(GET / HTTP/1.1\r\n) drain lost(ropewalk::ConnectionLost) ");
}

TEST_CASE("the bytes behind the request are the next protocol's first, however they came") {
  const std::string request = "GET /detach HTTP/1.1\r\nHost: h\r\n\r\n";
  SUBCASE("in one piece with it") {
    Giving site;
    Served served(site.router());
    CHECK(served.ask(request + "abc") == "<hi><abc>");
    CHECK(site.story == "finished made data(abc) ");
  }
  SUBCASE("behind a body") {
    Giving site;
    Served served(site.router());
    CHECK(served.ask("POST /detach HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello\r\n") ==
          "<hi><\r\n>");
  }
  SUBCASE("while the handler worked") {
    Giving site;
    Served served(site.router());
    CHECK(served.get("/later") == "");
    CHECK(served.ask("abc") == "");
    CHECK(served.ask("def") == "");
    site.gate.callback();
    CHECK(served.transport.takeWritten() == "<hi><abcdef>");
    CHECK(served.ask("ghi") == "<ghi>");
    CHECK(site.story == "made data(abcdef) data(ghi) ");
  }
  SUBCASE("pipelined behind a request that was slow") {
    Giving site;
    Served served(site.router());
    served.get("/later");
    CHECK(served.ask("GET / HTTP/1.1\r\n") == "");
    site.gate.callback();
    CHECK(served.transport.takeWritten() == "<hi><GET / HTTP/1.1\r\n>");
  }
  SUBCASE("more than HTTP would have read ahead") {
    Giving site;
    Served served(site.router());
    served.get("/later");
    served.ask(std::string(20'000, 'x'));
    CHECK(!served.transport.isReading());
    site.gate.callback();
    CHECK(served.transport.takeWritten().size() == 4 + 20'002);
    CHECK(served.transport.isReading());
  }
}

TEST_CASE("a client that had finished is said to have, after what it sent") {
  Giving site;
  Served served(site.router());
  served.get("/later");
  served.ask("abc");
  served.transport.peerCloses();
  site.gate.callback();
  CHECK(served.transport.takeWritten() == "<hi><abc><eof>");
  CHECK(site.story == "made data(abc) readLost lost(ropewalk::ConnectionDone) ");
}

TEST_CASE("a client that finishes later is the next protocol's business") {
  Giving site;
  Served served(site.router());
  served.get("/detach");
  served.transport->loseWriteConnection();
  served.transport.settle();
  CHECK(site.story == "finished made writeLost ");
  served.transport.peerCloses();
  CHECK(site.story == "finished made writeLost readLost lost(ropewalk::ConnectionDone) ");
}

TEST_CASE("nothing is delivered to a next protocol that closed") {
  Giving site;
  site.next->closes = true;
  Served served(site.router());
  CHECK(served.ask("GET /detach HTTP/1.1\r\nHost: h\r\n\r\nabc") == "<hi>");
  CHECK(served.transport.isFinished());
  CHECK(site.story == "finished made ");
}

TEST_CASE("a next protocol that pauses is read to when it goes on") {
  Giving site;
  site.next->pauses = true;
  Served served(site.router());
  CHECK(served.ask("GET /detach HTTP/1.1\r\nHost: h\r\n\r\nabc") == "<hi>");
  CHECK(!served.transport.isReading());
  CHECK(served.ask("def") == "");
  served.transport->resumeProducing();
  CHECK(served.transport.takeWritten() == "<abc><def>");
}

TEST_CASE("an exception of the next protocol ends the connection, and only that") {
  for (const char* path : {"/detach", "/later"}) {
    const CapturedLog log;
    Giving site;
    site.next->throws = true;
    site.gate.callback();
    Served served(site.router());
    CHECK(served.get(path) == "<hi>");
    served.transport.peerCloses();
    CHECK(served.transport.isDisconnected());
    CHECK(log.has("not today"));
    CHECK(site.story.find("lost(std::runtime_error)") != std::string::npos);
  }
}

TEST_CASE("HTTP's deadlines and limits end with HTTP") {
  Giving site;
  Served served(site.router());
  served.ask("GET /detach HTTP/1.1\r\n");  // whose end is waited for
  served.ask("Host: h\r\n\r\n");
  served.transport.advance(std::chrono::hours(1));
  CHECK(!served.transport.isDisconnecting());
  CHECK(served.ask("still there") == "<still there>");

  Giving other;
  Served limited(other.router(), Limits{.queued = 1'000});
  limited.get("/stream");  // meanwhile HTTP has a cap on what is queued
  limited.get("/detach");
  limited.transport.setRoom(0);
  for (int i = 0; i < 10; ++i) limited.transport->write(std::string_view("a piece of text"));
  limited.transport->write(std::string(2'000, 'x'));
  limited.transport->write(std::string_view("more"));
  limited.transport.settle();
  CHECK(!limited.transport.isAborted());
}

TEST_CASE("a drain before the handover is the next protocol's to carry out") {
  Giving site;
  Served served(site.router());
  served.get("/later");
  served.transport.reactor().drain();
  served.transport.settle();
  site.gate.callback();
  CHECK(served.transport.takeWritten() == "<hi>");
  CHECK(site.story == "made drain ");
  CHECK(!served.transport.isDisconnecting());
}

TEST_CASE("the next protocol lives until it was told of the end") {
  Giving site;
  const std::weak_ptr<Next> next = site.next;
  {
    Served served(site.router());
    served.get("/detach");
    site.next.reset();
    CHECK(!next.expired());
    served.transport.peerResets();
    CHECK(site.story.ends_with("lost(ropewalk::ConnectionLost) "));
  }
  CHECK(next.expired());
}

// Asks for names, one a line, in a coroutine, and waits for a call that never comes.
class Asking final : public StreamProtocol {
 public:
  explicit Asking(std::string& story) : story_(story) {}
  void connectionLost(const Failure& why) override {
    StreamProtocol::connectionLost(why);
    story_ += "lost";
  }

 private:
  Deferred<void> serve() override {
    callLater(1h, [this] { story_ += "called "; });
    while (const auto name = co_await readLine()) story_ += "hello " + *name + ", ";
    story_ += "no more, ";
  }

  std::string& story_;
};

TEST_CASE("what the next protocol starts ends with the connection, before it hears of the end") {
  std::string story;
  Router router;
  router.get("/", [&](Request&) { return Response::detach(std::make_shared<Asking>(story)); });
  Served served(std::move(router));
  served.get("/");
  served.transport.deliver("ada\nbob\n");
  CHECK(story == "hello ada, hello bob, ");
  served.transport.peerResets();
  CHECK(story == "hello ada, hello bob, no more, lost");
  served.transport.advance(2h);
  CHECK(story == "hello ada, hello bob, no more, lost");
}

TEST_CASE("an upgrade is said before the connection is given away") {
  std::vector<std::string> logged;
  Giving site;
  SiteOptions options = atOneMoment();
  options.accessLog = [&](std::string_view line) { logged.emplace_back(line); };
  Served served(site.router(), std::move(options));
  const std::string said = answer("101 Switching Protocols",
                                  "Connection: Upgrade\r\nUpgrade: echo/2\r\nX-Key: 7\r\n", "");
  CHECK(served.get("/upgrade", kAsks) == said + "<hi>");
  REQUIRE(logged.size() == 1);
  CHECK(logged[0].find("\" 101 0 ") != std::string::npos);
}

TEST_CASE("a connection that is given away without a word leaves none in the access log") {
  std::vector<std::string> logged;
  Giving site;
  SiteOptions options = atOneMoment();
  options.accessLog = [&](std::string_view line) { logged.emplace_back(line); };
  Served served(site.router(), std::move(options));
  served.get("/detach");
  CHECK(logged.empty());
}

TEST_CASE("nobody is upgraded who did not ask for it") {
  const CapturedLog log;
  const std::string line = "GET /upgrade HTTP/1.1\r\nHost: h\r\n";
  for (const std::string& request :
       {line + "\r\n", line + "Upgrade: echo/2\r\n\r\n", line + "Connection: Upgrade\r\n\r\n",
        line + "Connection: Upgrade\r\nUpgrade: echo/1\r\n\r\n",
        line + "Connection: Upgrade-Not\r\nUpgrade: echo/2\r\n\r\n",
        "GET /upgrade HTTP/1.0\r\nHost: h\r\n" + std::string(kAsks) + "\r\n"}) {
    CAPTURE(request);
    Giving site;
    Served served(site.router());
    const std::string refused = served.ask(request + "more");
    CHECK(statusOf(refused).ends_with("500 Internal Server Error"));
    CHECK(served.transport.isFinished());
    CHECK(site.story == "");
  }
  CHECK(log.has("GET /upgrade", "did not ask"));
}

TEST_CASE("a connection is not given away in the middle of a body") {
  const CapturedLog log;
  Giving site;
  Served served(site.router());
  const std::string head = "POST /early HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n";
  CHECK(statusOf(served.ask(head + "he")) == "HTTP/1.1 500 Internal Server Error");
  CHECK(served.transport.isFinished());
  CHECK(site.story == "");
  Giving reading;
  Served read(reading.router());
  CHECK(read.ask("POST /read HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhel") == "");
  CHECK(read.ask("lo<behind>") == "<hi><<behind>>");
}

TEST_CASE("there must be somebody to give a connection to, and a name for what it becomes") {
  std::string story;
  const auto next = std::make_shared<Next>(story);
  CHECK_THROWS_AS(Response::detach(nullptr), std::invalid_argument);
  for (const char* name : {"", "a b", "a/", "/1", "a/1/2", "a\r\nX: y"}) {
    CAPTURE(name);
    CHECK_THROWS_AS(Response::upgrade(name, next), std::invalid_argument);
  }
}

}  // namespace
}  // namespace ropewalk::http::test
