// A hundred people chat while the network behaves badly: whoever was not cut off himself hears
// everything that the others say, once and in order, and nobody else is hung up on.

#include "ropewalk/chat.h"

#include <doctest/doctest.h>

#include <charconv>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ropewalk/error.h"
#include "ropewalk/line_receiver.h"
#include "ropewalk/sim/explore.h"
#include "sim/crowd/weather.h"
#include "support/captured_log.h"

using namespace ropewalk;
using namespace ropewalk::test;

namespace {

constexpr std::size_t kPeople = 100;

// What must not happen, once it has.
using Complaint = std::string;

class Talker : public LineReceiver {
 public:
  Talker(std::string name, std::size_t house, Complaint* complaint)
      : name_(std::move(name)), house_(house), complaint_(*complaint) {}

  void connectionMade() override { sendLine(name_); }

  void lineReceived(std::string_view line) override {
    isIn_ = isIn_ || line.starts_with("Welcome, ");
    saidGoodbye_ = line == "*** Goodbye.";
    if (!line.starts_with('<')) return;
    const std::size_t end = line.find("> ");
    hear(std::string(line.substr(1, end - 1)), line.substr(end + 2));
  }

  void connectionLost(const Failure& why) override {
    isLost_ = true;
    if (isExcused_) return;
    if (!isQuitting_) return complain("was hung up on: " + std::string(why.what()));
    if (!saidGoodbye_) complain("heard no goodbye");
    if (!why.check<ConnectionDone>()) complain("quit, and it ended badly");
  }

  void say() {
    if (isThere()) sendLine(std::to_string(++said_));
  }
  void quit() {
    if (!isThere()) return;
    isQuitting_ = true;
    sendLine("/quit");
    // It talks on: what nobody reads any more must not cost it the goodbye.
    sendLine("and another thing");
  }

  // Its connection is cut by the test.
  void excuse() { isExcused_ = true; }

  bool isThere() const { return isIn_ && !isLost_ && !isQuitting_ && !isExcused_; }
  bool isGone() const { return isLost_ || isExcused_; }
  bool isQuitting() const { return isQuitting_; }
  std::size_t house() const { return house_; }
  const std::string& name() const { return name_; }
  int said() const { return said_; }
  int heardOf(const std::string& speaker) const {
    const auto found = heard_.find(speaker);
    return found == heard_.end() ? 0 : found->second;
  }

 private:
  void hear(const std::string& speaker, std::string_view text) {
    int number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    int& last = heard_[speaker];
    if (last != 0 && number != last + 1) {
      complain("heard " + std::to_string(number) + " of " + speaker + " after " +
               std::to_string(last));
    }
    last = number;
  }

  void complain(const std::string& what) {
    if (complaint_.empty()) complaint_ = name_ + " " + what;
  }

  const std::string name_;
  const std::size_t house_;
  Complaint& complaint_;
  std::map<std::string, int> heard_;
  int said_ = 0;
  bool isIn_ = false;
  bool isLost_ = false;
  bool isQuitting_ = false;
  bool isExcused_ = false;
  bool saidGoodbye_ = false;
};

class Party {
 public:
  explicit Party(sim::Schedule& schedule) : weather_(schedule) {
    chat::Limits limits;
    limits.pace = 0s;
    weather_.world.host("server").run([&] {
      const auto room = chat::Room::create(limits);
      room->noisy = false;
      reactor().listenTCP(8001, room);
    });
    for (std::size_t i = 0; i < kPeople; ++i) enter();
    weather_.world.advance(1s);
  }

  void play() {
    while (weather_.step(
        [this](sim::Random& chance) {
          for (int i = 0; i < 6; ++i) somebody(chance);
        },
        [this](std::size_t house) {
          for (const auto& person : people_) {
            if (person->house() == house) person->excuse();
          }
        })) {
    }
  }

  void end() {
    weather_.clear();
    // Whoever is still there must hear the last word of those who are.
    for (std::size_t i = 0; i < people_.size(); i += 10) people_[i]->say();
    weather_.world.advance(3s);
    for (const auto& person : people_) {
      Weather::expect(!person->isQuitting() || person->isGone(), person->name() + " cannot leave");
      if (person->isThere()) hearsAll(*person);
    }
    Weather::expect(complaint_.empty(), complaint_);
    for (const auto& person : people_) person->excuse();
    weather_.world.finish();
  }

 private:
  void enter() {
    const std::size_t house = people_.size() % Weather::kHouses;
    const std::string name = "p" + std::to_string(people_.size());
    people_.push_back(weather_.world.host(Weather::house(house))
                          .connect<Talker>("server", 8001, name, house, &complaint_));
  }

  void somebody(sim::Random& chance) {
    Talker& person = *people_[chance.below(people_.size())];
    const auto choice = chance.below(100);
    if (choice < 90) {
      person.say();
    } else if (choice < 94) {
      person.quit();
    } else if (choice < 96) {
      person.excuse();
      weather_.world.reset(person);
    } else {
      enter();
    }
  }

  void hearsAll(const Talker& person) const {
    for (std::size_t i = 0; i < people_.size(); i += 10) {
      const auto& other = people_[i];
      if (!other->isThere() || other.get() == &person) continue;
      Weather::expect(person.heardOf(other->name()) == other->said(),
                      person.name() + " did not hear " + other->name());
    }
  }

  Complaint complaint_;
  std::vector<std::shared_ptr<Talker>> people_;
  Weather weather_;
};

}  // namespace

TEST_CASE("a hundred people chat through bad weather [SW1] [SW2] [SW3] [SW4]") {
  const QuietLog quiet;
  const auto scenario = [](sim::Schedule& schedule) {
    Party party(schedule);
    party.play();
    party.end();
  };
  // Everybody hears everybody: each world costs as much as several of another kind.
  sim::explore(scenario,
               {.seeds = crowdedWorlds() / 5, .steps = Weather::kSteps, .shrinkRuns = 20});
}
