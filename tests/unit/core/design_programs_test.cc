// The programs that the design promises, as it has them: they compile as written and behave.

#include <doctest/doctest.h>

#include <memory>
#include <set>
#include <string>

#include "ropewalk/http.h"
#include "ropewalk/ropewalk.h"
#include "ropewalk/sim.h"

using namespace ropewalk;
using sim::Recorder;

namespace {

class Echo : public Protocol {
  void dataReceived(std::string_view data) override { transport->write(data); }
};

class Chatter;

// Who is there, and what each hears of the others.
class Room {
 public:
  void heard(Chatter& from, std::string_view line);
  void left(Chatter& who) { members_.erase(&who); }

 private:
  std::set<Chatter*> members_;
};

class Chatter : public LineReceiver {
 public:
  explicit Chatter(std::shared_ptr<Room> room)
      : LineReceiver(LineEnding::LfOrCrLf), room_(std::move(room)) {}
  void connectionMade() override { sendLine("What's your name?"); }
  void lineReceived(std::string_view line) override { room_->heard(*this, line); }
  void connectionLost(const Failure&) override { room_->left(*this); }

 private:
  std::shared_ptr<Room> room_;
};

void Room::heard(Chatter& from, std::string_view line) {
  members_.insert(&from);
  for (Chatter* member : members_) {
    if (member != &from) member->sendLine(line);
  }
}

class Menu : public StreamProtocol {
  Deferred<void> serve() override {
    write("Welcome to 10086. 1xxx for a service, 0 for a person, exit to leave.\r\n");
    while (auto line = co_await readLine()) {  // empty when the peer has finished
      if (*line == "exit") break;
      write(*line == "0" ? "A person will be with you.\r\n" : "Please try again.\r\n");
    }
  }  // returning closes the connection
};

// A host that runs `serve`, and a client of it.
struct Stage {
  explicit Stage(std::function<void()> serve) { world.host("server").run(std::move(serve)); }
  std::shared_ptr<Recorder> connect() {
    auto client = world.host("client").connect<Recorder>("server", 8000);
    world.advance(1ms);
    return client;
  }
  // What `client` has received after it sent `bytes` and some time went by.
  std::string after(Recorder& client, std::string_view bytes, Duration time = 10ms) {
    client.transport->write(bytes);
    world.advance(time);
    return client.received();
  }

  sim::World world;
};

}  // namespace

TEST_CASE("the echo program of the design echoes") {
  Stage stage([] { reactor().listenTCP(8000, Factory::forProtocol<Echo>()); });
  const auto client = stage.connect();
  CHECK(stage.after(*client, "hello") == "hello");
}

TEST_CASE("the chat program of the design hands one object to each protocol") {
  Stage stage(
      [] { reactor().listenTCP(8000, Factory::forProtocol<Chatter>(std::make_shared<Room>())); });
  const auto ada = stage.connect();
  const auto bob = stage.connect();
  stage.after(*ada, "ada\n");
  CHECK(stage.after(*bob, "bob\r\n") == "What's your name?\r\n");
  CHECK(ada->received() == "What's your name?\r\nbob\r\n");
  bob->transport->loseConnection();
  stage.world.advance(5s);
  CHECK(stage.after(*ada, "anybody?\n") == "What's your name?\r\nbob\r\n");
}

TEST_CASE("the menu program of the design answers in sequence and closes when it returns") {
  Stage stage([] { reactor().listenTCP(8000, Factory::forProtocol<Menu>()); });
  const auto caller = stage.connect();
  const std::string welcome =
      "Welcome to 10086. 1xxx for a service, 0 for a person, exit to leave.\r\n";
  CHECK(caller->received() == welcome);
  const std::string person = welcome + "A person will be with you.\r\n";
  CHECK(stage.after(*caller, "0\n") == person);
  CHECK(stage.after(*caller, "7\r\n") == person + "Please try again.\r\n");
  stage.after(*caller, "exit\n", 5s);
  CHECK(caller->lost());
}

TEST_CASE("the web program of the design answers with values and from coroutines") {
  Stage stage([] {
    http::Router site;
    site.get("/hello/{name}", [](http::Request& request) {
      return http::Response::text("hello, " + request.param("name") + "\n");
    });
    site.get("/slow", [](http::Request&) -> Deferred<http::Response> {
      co_await sleep(1s);
      co_return http::Response::text("worth the wait\n");
    });
    site.mount("/",
               http::StaticFiles("."));  // exact routes, then parameters, then the longest mount
    reactor().listenTCP(8000, http::Site::create(std::move(site)));
  });
  const auto client = stage.connect();
  const std::string hello = stage.after(*client, "GET /hello/world HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(hello.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(hello.ends_with("\r\n\r\nhello, world\n"));
  const std::string slow = "GET /slow HTTP/1.1\r\nHost: h\r\n\r\n";
  CHECK(stage.after(*client, slow, 900ms) == hello);
  stage.world.advance(200ms);
  CHECK(client->received().ends_with("\r\n\r\nworth the wait\n"));
}
