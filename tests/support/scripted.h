#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ropewalk/factory.h"
#include "ropewalk/failure.h"
#include "ropewalk/protocol.h"
#include "support/story.h"

namespace ropewalk::test {

class Scripted;

// What a Scripted protocol does in its callbacks; an empty step does nothing. A protocol is
// half-closeable only where `readLost` is given: else it has the library's own
// readConnectionLost().
struct Script {
  std::function<void(Scripted&)> made{};
  std::function<void(Scripted&, std::string_view)> data{};
  std::function<void(Scripted&)> readLost{};
  std::function<void(Scripted&)> writeLost{};
  std::function<void(Scripted&, const Failure&)> lost{};
};

// Never reads: what the other side writes stays in its queue.
Script deaf();

// A protocol that writes down its callbacks, does what the test says, and complains about any
// callback that comes out of order or inside another one (LF1, LF3, LF4).
class Scripted : public Protocol {
 public:
  Scripted(Story& story, std::string name, const Script& script);
  ~Scripted() override;

  void connectionMade() override;
  void dataReceived(std::string_view data) override;
  void readConnectionLost() override;
  void writeConnectionLost() override;
  void connectionLost(const Failure& why) override;
  std::string logPrefix() const override;

  // Is one of the callbacks running?
  bool isBusy() const { return isBusy_; }

  std::string received;
  Failure reason;
  bool isMade = false;
  bool isReadLost = false;
  bool isWriteLost = false;
  bool isLost = false;

 private:
  void expect(bool isRight, const char* wrong) const;
  template <typename Action>
  void step(const char* event, Action action);

  Story& story_;
  std::string name_;
  Script script_;
  bool isBusy_ = false;
};

// Builds Scripted protocols, keeps them for the test to look at, and writes down its own callbacks.
class ScriptedFactory : public ClientFactory {
 public:
  ScriptedFactory(Story& story, std::string name, Script script);
  ~ScriptedFactory() override;

  std::shared_ptr<Protocol> buildProtocol(const Address& peer) override;
  void startFactory() override;
  void stopFactory() override;
  void startedConnecting(Connector& connector) override;
  void clientConnectionFailed(Connector& connector, const Failure& why) override;
  void clientConnectionLost(Connector& connector, const Failure& why) override;
  std::string logPrefix() const override;

  std::function<void(const Address&)> onBuild;
  std::function<void()> onStart;
  std::function<void()> onStop;
  std::function<void(Connector&)> onConnecting;
  std::function<void(Connector&, const Failure&)> onFailed;
  std::function<void(Connector&, const Failure&)> onLost;
  bool refuses = false;

  std::vector<std::shared_ptr<Scripted>> built;
  std::vector<Address> peers;
  Failure reason;

 private:
  Story& story_;
  std::string name_;
  Script script_;
};

std::shared_ptr<ScriptedFactory> scripted(Story& story, std::string name, Script script = {});

}  // namespace ropewalk::test
