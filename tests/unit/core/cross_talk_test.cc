// Connections that write to each other while they are read from: what one callback writes to
// another connection waits in line to be flushed, while that one may be read from, write for itself
// and be flushed before. LF2, LF11.

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ropewalk/line_receiver.h"
#include "ropewalk/protocol.h"
#include "ropewalk/reactor.h"
#include "ropewalk/sim/world.h"

namespace ropewalk::test {
namespace {

constexpr int kPort = 8000;
constexpr std::size_t kMembers = 5;

// Members by number, in the order in which they came. "2:hello;3:you" writes "hello" to the third
// and "you" to the fourth.
class Mail : public LineReceiver {
 public:
  explicit Mail(std::vector<Mail*>* members) : members_(*members) {}
  void connectionMade() override { members_.push_back(this); }
  void lineReceived(std::string_view line) override {
    while (!line.empty()) {
      const std::string_view letter = line.substr(0, line.find(';'));
      line.remove_prefix(std::min(line.size(), letter.size() + 1));
      members_.at(static_cast<std::size_t>(letter[0] - '0'))->sendLine(letter.substr(2));
    }
  }

 private:
  std::vector<Mail*>& members_;
};

struct Post {
  explicit Post(std::uint64_t seed = 1) : world(seed) {
    world.host("server").run(
        [this] { reactor().listenTCP(kPort, Factory::forProtocol<Mail>(&members)); });
    for (std::size_t i = 0; i < kMembers; ++i) {
      clients.push_back(world.host("client").connect<sim::Recorder>("server", kPort));
      world.advance(1s);
    }
  }

  void send(std::size_t from, std::string_view letters) {
    clients.at(from)->transport->write(std::string(letters) + "\r\n");
  }

  std::vector<Mail*> members;
  sim::World world;
  std::vector<std::shared_ptr<sim::Recorder>> clients;
};

TEST_CASE("who is read from while it stands in line to be flushed loses nobody's place [LF2]") {
  Post post;
  post.send(0, "1:from 0;3:from 0");
  post.send(1, "1:to myself");
  post.send(2, "1:from 2;4:for 4 only");
  post.world.advance(1s);
  CHECK(post.clients[1]->received() == "from 0\r\nto myself\r\nfrom 2\r\n");
  CHECK(post.clients[3]->received() == "from 0\r\n");
  CHECK(post.clients[4]->received() == "for 4 only\r\n");

  post.send(0, "4:again, and longer than what was there before;3:more");
  post.world.advance(1s);
  CHECK(post.clients[3]->received() == "from 0\r\nmore\r\n");
  CHECK(post.clients[4]->received() ==
        "for 4 only\r\nagain, and longer than what was there before\r\n");
}

TEST_CASE("everybody writes to everybody at once, and each gets all, in order [LF2][LF11]") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    Post post(seed);
    post.world.setShuffling(true);
    std::vector<std::vector<int>> said(kMembers, std::vector<int>(kMembers, 0));
    for (int round = 0; round < 10; ++round) {
      for (std::size_t from = 0; from < kMembers; ++from) {
        std::string letters;
        for (auto left = post.world.random().below(4); left > 0; --left) {
          const std::size_t to = post.world.random().below(kMembers);
          letters += std::to_string(to) + ":" + std::to_string(from) + "." +
                     std::to_string(said[from][to]++) + ";";
        }
        if (!letters.empty()) post.send(from, letters);
      }
      post.world.advance(10ms);
    }
    post.world.advance(1s);
    for (std::size_t to = 0; to < kMembers; ++to) {
      std::vector<int> heard(kMembers, 0);
      std::string_view rest = post.clients[to]->received();
      while (!rest.empty()) {
        const std::string_view line = rest.substr(0, rest.find("\r\n"));
        rest.remove_prefix(line.size() + 2);
        const auto from = static_cast<std::size_t>(line[0] - '0');
        REQUIRE(line == std::to_string(from) + "." + std::to_string(heard[from]++));
      }
      for (std::size_t from = 0; from < kMembers; ++from) CHECK(heard[from] == said[from][to]);
    }
  }
}

}  // namespace
}  // namespace ropewalk::test
