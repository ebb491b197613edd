#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "ropewalk/connector.h"
#include "ropewalk/listen_options.h"
#include "ropewalk/listening_port.h"
#include "support/scripted.h"
#include "support/story.h"

namespace ropewalk::test {

// One listening port and one connection to it on a Wire, both ends scripted: "server" and "client"
// in the story.
template <typename Wire>
class Conversation {
 public:
  explicit Conversation(Script serverScript = {}, Script clientScript = {},
                        const ListenOptions& listening = {}, const ConnectOptions& connecting = {})
      : serverFactory(scripted(story, "server", std::move(serverScript))),
        clientFactory(scripted(story, "client", std::move(clientScript))),
        port(wire.listen(serverFactory, listening)),
        connector(wire.connect(*port, clientFactory, connecting)) {}

  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  // Protocols know their factory, which keeps them.
  ~Conversation() {
    serverFactory->built.clear();
    clientFactory->built.clear();
  }

  Scripted& server() { return *serverFactory->built.at(0); }
  Scripted& client() { return *clientFactory->built.at(0); }

  bool isMade() const { return story.has("server made") && story.has("client made"); }
  bool isOver() const { return story.has("server lost") && story.has("client lost"); }

  // Both ends are connected.
  Conversation& begin() {
    wire.until([this] { return isMade(); });
    return *this;
  }

  // Both ends have heard of the end.
  Conversation& end() {
    wire.until([this] { return isOver(); });
    return *this;
  }

  // Another connection to the same port.
  Scripted& another(const ConnectOptions& connecting = {}) {
    const std::size_t before = clientFactory->built.size();
    const std::size_t served = serverFactory->built.size();
    others_.push_back(wire.connect(*port, clientFactory, connecting));
    wire.until([&] {
      return clientFactory->built.size() > before && clientFactory->built.back()->isMade &&
             serverFactory->built.size() > served && serverFactory->built.back()->isMade;
    });
    return *clientFactory->built.back();
  }

  // Before everything that refers to it.
  Story story;
  std::shared_ptr<ScriptedFactory> serverFactory;
  std::shared_ptr<ScriptedFactory> clientFactory;
  Wire wire;
  std::shared_ptr<ListeningPort> port;
  std::shared_ptr<Connector> connector;

 private:
  std::vector<std::shared_ptr<Connector>> others_;
};

}  // namespace ropewalk::test
