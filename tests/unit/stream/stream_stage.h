#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "ropewalk/deferred.h"
#include "ropewalk/factory.h"
#include "ropewalk/failure.h"
#include "ropewalk/listening_port.h"
#include "ropewalk/reactor.h"
#include "ropewalk/sim/recorder.h"
#include "ropewalk/sim/world.h"
#include "ropewalk/stream_protocol.h"
#include "support/story.h"

namespace ropewalk::test {

// How a connection ends in good order, in the story of a Told.
inline constexpr const char* kClosedCleanly = "lost: Connection was closed cleanly.";

// A StreamProtocol whose conversation is the test's, and that tells a Story of it.
class Told : public StreamProtocol {
 public:
  using Serve = std::function<Deferred<void>(Told&)>;

  Told(Story& story, const Serve& serve) : story_(story), serve_(serve) {}

  Deferred<void> serve() override { return serve_(*this); }

  void connectionLost(const Failure& why) override { tell("lost: " + std::string(why.what())); }

  void tell(std::string event) { story_.add(std::move(event)); }

  // What a read gave: "<text>" or "end".
  void tellRead(const std::optional<std::string>& read) { tell(read ? "<" + *read + ">" : "end"); }

 private:
  Story& story_;
  const Serve& serve_;
};

// One StreamProtocol behind a port of a simulated world, and a client that does what the test says.
class StreamStage {
 public:
  // Keeps its own side open when the server has finished.
  class Client : public sim::Recorder {
   public:
    void readConnectionLost() override { sawEnd = true; }
    bool sawEnd = false;
  };

  explicit StreamStage(Told::Serve serve) : serve_(std::move(serve)) {
    world.host("server").run([this] {
      reactor().listenTCP(1, Factory::forProtocol<Told>(std::ref(story), std::cref(serve_)));
    });
    client = world.host("client").connect<Client>("server", 1);
    world.runUntilIdle();
  }

  void send(std::string_view bytes) {
    client->transport->write(bytes);
    world.runUntilIdle();
  }

  // The client says that it has nothing more to say.
  void finish() {
    client->transport->loseWriteConnection();
    world.runUntilIdle();
  }

  // The client resets the connection.
  void abort() {
    client->transport->abortConnection();
    world.runUntilIdle();
  }

  Story story;  // before what tells it

 private:
  Told::Serve serve_;

 public:
  sim::World world;
  std::shared_ptr<Client> client;
};

}  // namespace ropewalk::test
