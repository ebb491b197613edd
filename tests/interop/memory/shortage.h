#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "ropewalk/factory.h"
#include "ropewalk/protocol.h"
#include "ropewalk/reactor.h"

namespace ropewalk::test {

// What a peer says, and what it then waits for: a text, or so many bytes of anything, or, without
// either, to be hung up on. It hangs up itself after the last one.
struct Exchange {
  std::string_view say = {};
  std::string_view until = {};
  std::size_t bytes = 0;
  std::string_view otherwise = {};  // instead of `until`, while memory is scarce
};

// A server, what its peers say to it, and how it is stopped.
struct Scene {
  // Sets up what is served and returns it. Memory is plenty here.
  std::function<std::shared_ptr<Factory>(Reactor&)> factory;

  // One peer for each.
  std::vector<std::vector<Exchange>> peers;

  // Each connects when the one before has so many exchanges behind it.
  std::size_t headStart = 0;

  // Called with memory as scarce as it is.
  std::function<void(Reactor&)> stop = [](Reactor& reactor) { reactor.stop(); };

  // Asked when the first peers have gone and when it is over: true if nobody is left behind.
  std::function<bool()> isDeserted = [] { return true; };
};

// Plays `scene` again and again, each time on a new reactor with real sockets, and has the first
// allocation of the server fail, then the second, and so on until there are not that many. After
// the scene each time a second set of peers, to whom nothing fails, must be served like anybody.
//
// Checked each time: the peers are answered or hung up on, every protocol is lost as often as it
// was made, and neither connection, timer, descriptor nor memory stays behind.
//
// Only allocations of the server count, by operator new and by libevent: of the reactor's callbacks
// and of what it does itself. The peers are sockets without a line of ours.
void surviveShortages(const Scene& scene);

// How often protocols were told of their beginning and their end.
struct Book {
  int made = 0;
  int lost = 0;
  int alive = 0;
};
extern Book book;

// `P` that keeps the book.
template <typename P>
class Booked : public P {
 public:
  using P::P;
  void connectionMade() override {
    ++book.made;
    isMade_ = true;
    P::connectionMade();
  }
  void connectionLost(const Failure& why) override {
    book.lost += isMade_ ? 1 : 1000;
    isMade_ = false;
    P::connectionLost(why);
  }

 private:
  struct Life {
    Life() { ++book.alive; }
    Life(const Life&) = delete;
    Life& operator=(const Life&) = delete;
    ~Life() { --book.alive; }
  };
  Life life_;
  bool isMade_ = false;
};

}  // namespace ropewalk::test
