// What only a connection that carries many exchanges at once can show.

#include <doctest/doctest.h>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "ropewalk/promise.h"
#include "ropewalk/task.h"
#include "support/captured_log.h"
#include "support/temporary_folder.h"
#include "unit/http/feeds/stream_feed.h"

namespace ropewalk::http::test {
namespace {

// A site whose handlers wait for the test, each for its own word.
struct Waiting {
  Router router() {
    Router routes;
    routes.get("/{name}", [this](Request& request) -> Deferred<Response> {
      const std::string name = request.param("name");
      gates.emplace_back();
      try {
        const std::string word = co_await gates.back().deferred();
        co_return Response::text(name + " " + word);
      } catch (const CancelledError&) {
        cancelled += name;
        throw;
      }
    });
    return routes;
  }

  std::vector<Promise<std::string>> gates;
  std::string cancelled;
};

Router echoOfPieces() {
  Router router;
  router
      .post("/",
            [](Request& request) {
              return Response::stream("text/plain", [&request](BodyWriter& out) -> Deferred<void> {
                while (auto part = co_await request.read()) {
                  out.write("<" + *part + ">");
                  co_await out.drained();
                }
              });
            })
      .streamBody();
  return router;
}

TEST_CASE("several exchanges of one connection are answered in the order of their handlers") {
  Waiting site;
  site.gates.reserve(3);
  StreamFeed feed(site.router());
  const auto one = feed.open("GET", "/one");
  const auto two = feed.open("GET", "/two");
  const auto three = feed.open("GET", "/three");
  feed.run([&] { three->endBody(); });
  feed.run([&] { one->endBody(); });
  feed.run([&] { two->endBody(); });
  feed.run([&] { site.gates[2].callback("c"); });
  feed.run([&] { site.gates[0].callback("a"); });
  CHECK(two->takeTold() == toldText("two c"));
  CHECK(three->takeTold() == toldText("three a"));
  CHECK(one->takeTold() == "");
  feed.run([&] { site.gates[1].callback("b"); });
  CHECK(one->takeTold() == toldText("one b"));
}

TEST_CASE("a stream that its client gives up cancels its handler and no other one") {
  Waiting site;
  site.gates.reserve(2);
  StreamFeed feed(site.router());
  const auto one = feed.open("GET", "/one");
  const auto two = feed.open("GET", "/two");
  feed.run([&] { one->endBody(); });
  feed.run([&] { two->endBody(); });
  feed.run([&] { one->clientGoes(); });
  CHECK(site.cancelled == "one");
  feed.run([&] { site.gates[1].callback("is there"); });
  CHECK(two->takeTold() == toldText("two is there"));
  CHECK(one->takeTold() == "");
  CHECK(site.cancelled == "one");
}

TEST_CASE("bodies that come in pieces on several streams do not get mixed up") {
  StreamFeed feed(echoOfPieces());
  const auto one = feed.open("POST", "/");
  const auto two = feed.open("POST", "/");
  for (const char* piece : {"a", "b", "c"}) {
    feed.run([&] { one->piece(piece); });
    feed.run([&] { two->piece(std::string(piece) + piece); });
  }
  feed.run([&] { two->endBody(); });
  feed.run([&] { one->endBody(); });
  CHECK(toldBody(one->takeTold()) == "<a><b><c>");
  CHECK(toldBody(two->takeTold()) == "<aa><bb><cc>");
  CHECK(one->hasEnded());
  CHECK(two->hasEnded());
}

TEST_CASE("a client that takes nothing on one stream holds up that stream alone") {
  int written = 0;
  Router router;
  router.get("/rows", [&written](Request&) {
    return Response::stream("text/plain", [&written](BodyWriter& out) -> Deferred<void> {
      for (int row = 0; row < 20; ++row) {
        out.write(std::string(10'000, 'x'));
        ++written;
        co_await out.drained();
      }
    });
  });
  StreamFeed feed(std::move(router));
  feed.setRoom(0);
  const auto slow = feed.open("GET", "/rows");
  feed.run([&] { slow->endBody(); });
  CHECK(written == 7);
  feed.setRoom(1'000'000);
  CHECK(toldBody(feed.get("/rows")).size() == 200'000);
  CHECK(written == 27);
  CHECK(!slow->hasEnded());
  feed.run([&] { slow->setRoom(1'000'000); });
  CHECK(toldBody(slow->takeTold()).size() == 200'000);
  CHECK(slow->hasEnded());
}

TEST_CASE("an answer that breaks off ends its stream, and the others go on") {
  const ropewalk::test::CapturedLog log;
  Waiting site;
  Router router = site.router();
  router.get("/broken/off", [](Request&) {
    return Response::stream("text/plain", 5, [](BodyWriter& out) {
      out.write("hell");
      return succeed();
    });
  });
  StreamFeed feed(std::move(router));
  const auto other = feed.open("GET", "/other");
  feed.run([&] { other->endBody(); });
  feed.get("/broken/off");
  CHECK(feed.isBrokenOff());
  CHECK(log.has("GET /broken/off", "less than the length promised"));
  feed.run([&] { site.gates[0].callback("goes on"); });
  CHECK(other->takeTold() == toldText("other goes on"));
}

TEST_CASE("a file goes to a stream as a part of a file, its ranges as parts of it") {
  const ropewalk::test::TemporaryFolder folder;
  const std::string path = folder.path("file.txt");
  std::ofstream(path) << std::string(100'000, 'f') << "end";
  Router router;
  router.get("/", [&path](Request&) { return Response::file(path); });
  StreamFeed feed(std::move(router));
  const auto whole = feed.open("GET", "/");
  feed.run([&] { whole->endBody(); });
  CHECK(whole->fileParts() == 1);
  CHECK(toldBody(whole->takeTold()).size() == 100'003);
  const auto parts = feed.open("GET", "/", "Range: bytes=0-9,100000-100002\r\n");
  feed.run([&] { parts->endBody(); });
  CHECK(parts->fileParts() == 2);
  CHECK(toldBody(parts->takeTold()).find("\r\n\r\nend\r\n") != std::string::npos);
}

TEST_CASE("a stream cannot be given away, for it does not have the connection to itself") {
  const ropewalk::test::CapturedLog log;
  Router router;
  router.get("/", [](Request&) { return Response::detach(std::make_shared<Protocol>()); });
  StreamFeed feed(std::move(router));
  CHECK(toldStatus(feed.get("/")) == "500 Internal Server Error");
  CHECK(log.has("it carries other requests, too"));
}

TEST_CASE("a request that is no HTTP/1 is known by its version, and asks for no upgrade") {
  Router router;
  router.get("/", [](Request& request) {
    const bool asks = request.asksUpgradeTo("websocket");
    return Response::text(std::to_string(request.minorVersion()) + (asks ? " asks" : ""));
  });
  StreamFeed feed(std::move(router));
  CHECK(feed.get("/", "Connection: upgrade\r\nUpgrade: websocket\r\n") == toldText("1"));
}

}  // namespace
}  // namespace ropewalk::http::test
