#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "ropewalk/chat.h"
#include "ropewalk/sim/recorder.h"
#include "ropewalk/sim/world.h"

namespace ropewalk::test {

// One chat server in a World, and people who come to it.
struct ChatWorld {
  explicit ChatWorld(const chat::Limits& limits = {}, std::uint64_t seed = 1)
      : world(seed), room(chat::Room::create(limits)) {
    room->noisy = false;
    world.host("server").run([this] { reactor().listenTCP(8001, room); });
  }

  // Connected, and asked for a name.
  std::shared_ptr<sim::Recorder> stranger() {
    auto person = world.host("client").connect<sim::Recorder>("server", 8001);
    world.runUntilIdle();
    return person;
  }

  // Called `name`; has read what was said so far.
  std::shared_ptr<sim::Recorder> member(std::string_view name) {
    auto person = stranger();
    says(person, name);
    person->takeReceived();
    return person;
  }

  // `person` sends a line, and everybody hears what follows.
  void says(const std::shared_ptr<sim::Recorder>& person, std::string_view line) {
    person->transport->writeSequence({line, "\r\n"});
    world.runUntilIdle();
  }

  sim::World world;
  std::shared_ptr<chat::Room> room;
};

}  // namespace ropewalk::test
