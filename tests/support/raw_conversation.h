#pragma once

#include <doctest/doctest.h>

#include <exception>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "ropewalk/reactor.h"
#include "support/guarded_reactor.h"
#include "support/raw_socket.h"
#include "support/scripted.h"

namespace ropewalk::test {

// A server on the library's side, and a raw socket connected to it. The socket may be used from the
// test and from callbacks for what cannot block, and by beside() for the rest.
class RawConversation {
 public:
  explicit RawConversation(Script script, ListenOptions options = {"127.0.0.1"},
                           int receiveBuffer = 0)
      : factory(scripted(story, "server", std::move(script))),
        port(reactor.listenTCP(0, factory, options)),
        peer(RawSocket::connectedTo(port->getHost(), receiveBuffer)) {}

  RawConversation(const RawConversation&) = delete;
  RawConversation& operator=(const RawConversation&) = delete;
  ~RawConversation() {
    if (thread_.joinable()) thread_.join();
  }

  Scripted& server() { return *factory->built.at(0); }

  RawConversation& begin() {
    until([this] { return story.has("server made"); });
    return *this;
  }

  void end() {
    until([this] { return story.has("server lost"); });
  }

  template <typename Done>
  void until(Done done) {
    turnUntil(reactor, std::move(done));
  }

  // Runs `work` with the raw socket on a thread, and the reactor meanwhile, until `work` is done.
  template <typename Work>
  void beside(Work work) {
    bool isDone = false;
    std::string trouble;
    thread_ = std::thread([&, work = std::move(work)]() mutable {
      try {
        work(peer);
      } catch (const std::exception& error) {
        trouble = error.what();
      }
      reactor.callFromThread([&] { isDone = true; });
    });
    until([&] { return isDone; });
    thread_.join();
    CHECK(trouble == "");
  }

  Story story;
  std::shared_ptr<ScriptedFactory> factory;
  Reactor reactor;
  std::shared_ptr<ListeningPort> port;
  RawSocket peer;

 private:
  std::thread thread_;
};

}  // namespace ropewalk::test
