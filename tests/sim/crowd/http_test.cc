// A hundred HTTP clients ask while the network behaves badly: each answer comes whole, once and in
// order, and nobody is hung up on in the middle of one.

#include "ropewalk/http.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ropewalk/error.h"
#include "ropewalk/sim/explore.h"
#include "sim/crowd/weather.h"
#include "support/captured_log.h"
#include "support/pattern.h"

using namespace ropewalk;
using namespace ropewalk::test;

namespace {

constexpr std::size_t kClients = 100;
constexpr std::size_t kLongest = 100'000;

const std::string& text() {
  static const std::string all = pattern(0, kLongest + 1000);
  return all;
}

// A body that is different for each size.
std::string_view bodyOf(std::size_t size) {
  return std::string_view(text()).substr(size % 1000, size);
}

class Asker : public Protocol {
 public:
  Asker(std::size_t house, std::string* complaint) : house_(house), complaint_(*complaint) {}

  void connectionMade() override {
    isIn_ = true;
    ask(100, false);
  }

  void dataReceived(std::string_view data) override {
    unread_ += data;
    while (takeAnswer()) {
    }
  }

  void connectionLost(const Failure& why) override {
    isLost_ = true;
    if (isExcused_) return;
    if (!isLast_) return complain("was hung up on: " + std::string(why.what()));
    if (!asked_.empty() || !unread_.empty()) complain("was hung up on in the middle of an answer");
    if (!why.check<ConnectionDone>()) complain("heard all, and it ended badly");
  }

  void ask(std::size_t size, bool isLast) {
    if (!isThere() || asked_.size() >= 8) return;
    isLast_ = isLast;
    asked_.push_back(size);
    transport->write("GET /" + std::to_string(size) + " HTTP/1.1\r\nHost: h\r\n" +
                     (isLast ? "Connection: close\r\n\r\n" : "\r\n"));
  }

  // Its connection is cut by the test.
  void excuse() { isExcused_ = true; }

  bool isThere() const { return isIn_ && !isLost_ && !isLast_ && !isExcused_; }
  bool isServed() const { return isExcused_ || (asked_.empty() && isLost_ == isLast_); }
  std::size_t house() const { return house_; }

 private:
  bool takeAnswer() {
    const std::size_t head = unread_.find("\r\n\r\n");
    if (head == std::string::npos) return false;
    if (asked_.empty()) return complain("got an answer too many"), false;
    const std::size_t size = asked_.front();
    if (unread_.size() < head + 4 + size) return false;
    const std::string length = "\r\nContent-Length: " + std::to_string(size) + "\r\n";
    if (!unread_.starts_with("HTTP/1.1 200 OK\r\n") || unread_.find(length) > head) {
      complain("got the wrong answer");
    }
    if (std::string_view(unread_).substr(head + 4, size) != bodyOf(size)) {
      complain("got the wrong body");
    }
    unread_.erase(0, head + 4 + size);
    asked_.pop_front();
    return true;
  }

  void complain(const std::string& what) {
    if (complaint_.empty()) complaint_ = "somebody in house " + std::to_string(house_) + " " + what;
  }

  const std::size_t house_;
  std::string& complaint_;
  std::string unread_;
  std::deque<std::size_t> asked_;
  bool isIn_ = false;
  bool isLost_ = false;
  bool isLast_ = false;  // has asked for the connection to be closed
  bool isExcused_ = false;
};

class Rush {
 public:
  explicit Rush(sim::Schedule& schedule) : weather_(schedule) {
    weather_.world.host("server").run([] {
      http::Router site;
      site.get("/{size}", [](http::Request& request) {
        return http::Response::text(std::string(bodyOf(std::stoul(request.param("size")))));
      });
      reactor().listenTCP(80, http::Site::create(std::move(site)));
    });
    for (std::size_t i = 0; i < kClients; ++i) enter(i % Weather::kHouses);
    weather_.world.advance(500ms);
  }

  void play() {
    while (weather_.step(
        [this](sim::Random& chance) {
          for (int i = 0; i < 40; ++i) somebody(chance);
        },
        [this](std::size_t house) {
          for (const auto& client : clients_) {
            if (client->house() == house) client->excuse();
          }
        })) {
    }
  }

  void end() {
    weather_.clear();
    weather_.world.runUntil(
        [this] { return std::ranges::all_of(clients_, [](auto& c) { return c->isServed(); }); },
        20s);
    Weather::expect(complaint_.empty(), complaint_);
    for (const auto& client : clients_) {
      Weather::expect(client->isServed(), "somebody waits for ever");
      client->excuse();
    }
    weather_.world.finish();
  }

 private:
  void enter(std::size_t house) {
    clients_.push_back(weather_.world.host(Weather::house(house))
                           .connect<Asker>("server", 80, house, &complaint_));
  }

  void somebody(sim::Random& chance) {
    Asker& client = *clients_[chance.below(clients_.size())];
    const std::size_t most = chance.chance(10) ? kLongest : 2000;
    const auto choice = chance.below(100);
    if (choice < 85) {
      client.ask(chance.below(most), false);
    } else if (choice < 94) {
      client.ask(chance.below(most), true);
    } else if (choice < 96) {
      client.excuse();
      weather_.world.reset(client);
    } else {
      enter(chance.below(Weather::kHouses));
    }
  }

  std::string complaint_;
  std::vector<std::shared_ptr<Asker>> clients_;
  Weather weather_;
};

}  // namespace

TEST_CASE("a hundred HTTP clients are served through bad weather [SW1] [SW2] [SW3] [SW4]") {
  const QuietLog quiet;
  const auto scenario = [](sim::Schedule& schedule) {
    Rush rush(schedule);
    rush.play();
    rush.end();
  };
  sim::explore(scenario, {.seeds = crowdedWorlds(), .steps = Weather::kSteps, .shrinkRuns = 20});
}
