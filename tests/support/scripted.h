#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
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

// A protocol that writes down its callbacks, does what the test says, and complains about any
// callback that comes out of order or inside another one (LF1, LF3, LF4).
class Scripted : public Protocol {
 public:
  Scripted(Story& story, std::string name, const Script& script)
      : story_(story), name_(std::move(name)), script_(script) {}

  void connectionMade() override {
    expect(!isMade, "made twice");
    expect(!isLost, "made after the end");
    isMade = true;
    step("made", [this] {
      if (script_.made) script_.made(*this);
    });
  }

  void dataReceived(std::string_view data) override {
    expect(isMade, "data before the beginning");
    expect(!isLost, "data after the end");
    expect(!isReadLost, "data after the end of the stream");
    expect(!data.empty(), "no data");
    received.append(data);
    step("data", [&] {
      if (script_.data) script_.data(*this, data);
    });
  }

  void readConnectionLost() override {
    expect(!isReadLost, "end of the stream twice");
    expect(!isLost, "end of the stream after the end");
    isReadLost = true;
    step("read lost", [this] {
      if (script_.readLost) return script_.readLost(*this);
      Protocol::readConnectionLost();
    });
  }

  void writeConnectionLost() override {
    expect(!isWriteLost, "half-closed twice");
    expect(!isLost, "half-closed after the end");
    isWriteLost = true;
    step("write lost", [this] {
      if (script_.writeLost) script_.writeLost(*this);
    });
  }

  void connectionLost(const Failure& why) override {
    expect(isMade, "lost what was never made");
    expect(!isLost, "lost twice");
    isLost = true;
    reason = why;
    const std::shared_ptr<Factory> kept = std::move(factory);  // a ScriptedFactory keeps this
    step("lost", [&] {
      if (script_.lost) script_.lost(*this, why);
    });
  }

  std::string logPrefix() const override { return name_; }

  // Is one of the callbacks running?
  bool isBusy() const { return isBusy_; }

  std::string received;
  Failure reason;
  bool isMade = false;
  bool isReadLost = false;
  bool isWriteLost = false;
  bool isLost = false;

 private:
  void expect(bool isRight, const char* wrong) const {
    if (!isRight) FAIL_CHECK(name_ << ": " << std::string(wrong));
  }

  template <typename Action>
  void step(const char* event, Action action) {
    expect(!isBusy_, "called from inside another callback");
    story_.add(name_ + " " + event);
    // Also when the action throws, as some tests make it.
    const struct Busy {
      explicit Busy(bool& busy) : flag(busy) { flag = true; }
      ~Busy() { flag = false; }
      bool& flag;
    } busy(isBusy_);
    action();
  }

  Story& story_;
  std::string name_;
  Script script_;
  bool isBusy_ = false;
};

// Builds Scripted protocols, keeps them for the test to look at, and writes down its own callbacks.
class ScriptedFactory : public ClientFactory {
 public:
  ScriptedFactory(Story& story, std::string name, Script script)
      : story_(story), name_(std::move(name)), script_(std::move(script)) {
    noisy = false;
  }

  std::shared_ptr<Protocol> buildProtocol(const Address& peer) override {
    story_.add(name_ + " build");
    peers.push_back(peer);
    if (onBuild) onBuild(peer);
    if (refuses) return nullptr;
    const std::string name = built.empty() ? name_ : name_ + std::to_string(built.size());
    built.push_back(std::make_shared<Scripted>(story_, name, script_));
    return built.back();
  }

  void startFactory() override {
    story_.add(name_ + " start");
    if (onStart) onStart();
  }

  void stopFactory() override {
    story_.add(name_ + " stop");
    if (onStop) onStop();
  }

  void startedConnecting(Connector& connector) override {
    story_.add(name_ + " connecting");
    if (onConnecting) onConnecting(connector);
  }

  void clientConnectionFailed(Connector& connector, const Failure& why) override {
    story_.add(name_ + " connect failed");
    reason = why;
    if (onFailed) onFailed(connector, why);
  }

  void clientConnectionLost(Connector& connector, const Failure& why) override {
    story_.add(name_ + " connector lost");
    reason = why;
    if (onLost) onLost(connector, why);
  }

  std::string logPrefix() const override { return name_ + "Factory"; }

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

inline std::shared_ptr<ScriptedFactory> scripted(Story& story, std::string name,
                                                 Script script = {}) {
  return std::make_shared<ScriptedFactory>(story, std::move(name), std::move(script));
}

}  // namespace ropewalk::test
