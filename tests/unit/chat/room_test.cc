#include "ropewalk/chat/room.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "ropewalk/chat.h"
#include "ropewalk/error.h"
#include "ropewalk/sim/string_transport.h"
#include "support/captured_log.h"

namespace {

std::size_t bytesAllocated = 0;

}  // namespace

// For the whole program: counts, and does what the standard's own does.
void* operator new(std::size_t size) {
  bytesAllocated += size;
  if (void* const memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

using namespace ropewalk;

namespace {

// A member of a room, and what it was sent.
struct Guest {
  Guest(chat::Room& room, std::string_view name) : protocol(room.buildProtocol({})) {
    protocol->makeConnection(transport);
    transport.deliver(std::string(name) + "\n");
    transport.takeWritten();
  }
  std::shared_ptr<Protocol> protocol;
  sim::StringTransport transport;
};

}  // namespace

TEST_CASE("Room sends a line to everybody but the one who said it [PO19]") {
  const auto room = chat::Room::create();
  Guest ada(*room, "ada"), bob(*room, "bob"), eve(*room, "eve");
  for (Guest* each : {&ada, &bob, &eve}) each->transport.clear();
  ada.transport.deliver("hello\r\n");
  CHECK(ada.transport.takeWritten() == "");
  CHECK(bob.transport.takeWritten() == "<ada> hello\r\n");
  CHECK(eve.transport.takeWritten() == "<ada> hello\r\n");
}

TEST_CASE("Room encodes a line once, however many have to wait for it [K5]") {
  const auto room = chat::Room::create();
  Guest ada(*room, "ada");
  std::vector<std::unique_ptr<Guest>> crowd;
  for (int i = 0; i < 100; ++i) {
    crowd.push_back(std::make_unique<Guest>(*room, "m" + std::to_string(i)));
    crowd.back()->transport.setRoom(0);
  }
  const std::string line = std::string(1000, 'x') + "\n";
  ada.transport.deliver(line);
  const std::size_t before = bytesAllocated;
  ada.transport.deliver(line);
  CHECK(bytesAllocated - before < 50 * line.size());
}

TEST_CASE("Room goes on telling when a member is dropped in the middle of it [K8]") {
  const test::QuietLog quiet;
  chat::Limits limits;
  limits.pace = 0s;
  limits.connection.maxQueued = 100;
  const auto room = chat::Room::create(limits);
  Guest ada(*room, "ada"), bob(*room, "bob"), eve(*room, "eve");
  bob.transport.setRoom(0);
  ada.transport.deliver(std::string(200, 'x') + "\n");
  eve.transport.clear();
  ada.transport.deliver("hello\n");
  CHECK(eve.transport.takeWritten() == "<ada> hello\r\n");
  CHECK(bob.transport.isAborted());
  CHECK(bob.transport.isDisconnected());
  CHECK(eve.transport.takeWritten() == "*** bob has left (too slow)\r\n");
  CHECK(room->size() == 2);
  ada.transport.deliver("still there?\n");
  CHECK(eve.transport.takeWritten() == "<ada> still there?\r\n");
}

TEST_CASE("Room keeps those who stay in order when many leave [K8]") {
  const auto room = chat::Room::create();
  Guest ada(*room, "ada");
  std::vector<std::unique_ptr<Guest>> crowd;
  for (int i = 0; i < 20; ++i) {
    crowd.push_back(std::make_unique<Guest>(*room, "m" + std::to_string(i)));
  }
  for (int i = 0; i < 20; ++i) {
    if (i % 5 != 0) crowd[static_cast<std::size_t>(i)]->transport.deliver("/quit\n");
  }
  CHECK(room->size() == 5);
  for (const auto& each : crowd) each->transport.clear();
  ada.transport.deliver("hello\n");
  for (std::size_t i = 0; i < 20; ++i) {
    CHECK(crowd[i]->transport.value() == (i % 5 == 0 ? "<ada> hello\r\n" : ""));
  }
  ada.transport.clear();
  crowd[5]->transport.peerResets();
  CHECK(crowd[5]->transport.isDisconnected());
  CHECK(ada.transport.value() == "*** m5 has left\r\n");
}

TEST_CASE("Room tells in one go who leaves in one turn, and nothing to those who leave [K7]") {
  const auto room = chat::Room::create();
  Guest ada(*room, "ada");
  std::vector<std::unique_ptr<Guest>> crowd;
  for (int i = 0; i < 1000; ++i) {
    crowd.push_back(std::make_unique<Guest>(*room, "m" + std::to_string(i)));
    crowd.back()->transport.setRoom(0);
  }
  ada.transport.deliver("hello\n");
  for (const auto& each : crowd) each->transport.settle();  // they find that they have to wait
  const std::size_t before = bytesAllocated;
  for (const auto& each : crowd) each->protocol->connectionLost(Failure::connectionLost());
  CHECK(bytesAllocated - before < 1'000'000);
  CHECK(room->size() == 1);
}

TEST_CASE("Room tells that somebody left before anything that happens afterwards [K7]") {
  const auto room = chat::Room::create();
  Guest ada(*room, "ada"), bob(*room, "bob");
  ada.transport.clear();
  bob.protocol->dataReceived("/quit\n");
  const auto next = room->buildProtocol({});
  sim::StringTransport transport;
  next->makeConnection(transport);
  transport.clear();
  transport.deliver("bob\n");
  CHECK(ada.transport.takeWritten() == "*** bob has left\r\n*** bob has joined\r\n");
  CHECK(transport.takeWritten() == "Welcome, bob!\r\n");
}

TEST_CASE("Room outlives its port as long as a member is there") {
  auto room = chat::Room::create();
  Guest ada(*room, "ada"), bob(*room, "bob");
  const std::weak_ptr<chat::Room> watched = room;
  room.reset();
  ada.transport.deliver("hello\n");
  CHECK(bob.transport.takeWritten() == "<ada> hello\r\n");
  CHECK_FALSE(watched.expired());
}
