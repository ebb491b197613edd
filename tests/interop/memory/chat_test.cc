// Out of memory ends a connection, not the process: the chat. G3.

#include "ropewalk/chat.h"

#include <doctest/doctest.h>

#include <chrono>
#include <memory>

#include "interop/memory/shortage.h"

namespace ropewalk::test {
namespace {

TEST_CASE("a chat survives a shortage of memory, and nobody stays in the room [G3]") {
  std::shared_ptr<chat::Room> room;
  const std::vector<Exchange> ada{
      {.until = "name?\r\n"},
      {.say = "ada-with-a-name-that-is-long\n",
       .until = "Welcome, ada-with-a-name-that-is-long!\r\n"},
      {.until = "bob has joined\r\n"},
      {.say = "a line that is longer than fifteen bytes\n", .until = "and so is this one\r\n"},
      {.say = "/nick ada\n/who\n", .until = "2 here: ada, bob\r\n"},
      {.say = "/msg bob bye\n/quit\n"}};
  const std::vector<Exchange> bob{{.until = "name?\r\n"},
                                  {.say = "bob\n", .until = "Welcome, bob!\r\n"},
                                  {.until = "fifteen bytes\r\n"},
                                  {.say = "and so is this one\n", .until = "bye\r\n"},
                                  {.say = "/quit\n"}};
  surviveShortages({.factory =
                        [&](Reactor&) {
                          chat::Limits limits;
                          limits.burst = 4;  // fewer than the lines of some
                          limits.pace = std::chrono::milliseconds(1);
                          room = chat::Room::create(limits);
                          return room;
                        },
                    .peers = {ada, bob},
                    .headStart = 2,
                    .isDeserted = [&] { return room->size() == 0; }});
}

}  // namespace
}  // namespace ropewalk::test
