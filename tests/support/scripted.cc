#include "support/scripted.h"

#include <doctest/doctest.h>

#include <utility>

namespace ropewalk::test {

Script deaf() {
  Script script;
  script.made = [](Scripted& self) { self.transport->pauseProducing(); };
  return script;
}

Scripted::Scripted(Story& story, std::string name, const Script& script)
    : story_(story), name_(std::move(name)), script_(script) {}

Scripted::~Scripted() = default;

void Scripted::connectionMade() {
  expect(!isMade, "made twice");
  expect(!isLost, "made after the end");
  isMade = true;
  step("made", [this] {
    if (script_.made) script_.made(*this);
  });
}

void Scripted::dataReceived(std::string_view data) {
  expect(isMade, "data before the beginning");
  expect(!isLost, "data after the end");
  expect(!isReadLost, "data after the end of the stream");
  expect(!data.empty(), "no data");
  expect(!transport->isDisconnecting(), "data while disconnecting");
  received.append(data);
  step("data", [&] {
    if (script_.data) script_.data(*this, data);
  });
}

void Scripted::readConnectionLost() {
  expect(!isReadLost, "end of the stream twice");
  expect(!isLost, "end of the stream after the end");
  isReadLost = true;
  step("read lost", [this] {
    if (script_.readLost) return script_.readLost(*this);
    Protocol::readConnectionLost();
  });
}

void Scripted::writeConnectionLost() {
  expect(!isWriteLost, "half-closed twice");
  expect(!isLost, "half-closed after the end");
  isWriteLost = true;
  step("write lost", [this] {
    if (script_.writeLost) script_.writeLost(*this);
  });
}

void Scripted::connectionLost(const Failure& why) {
  expect(isMade, "lost what was never made");
  expect(!isLost, "lost twice");
  isLost = true;
  reason = why;
  const std::shared_ptr<Factory> kept = std::move(factory);  // a ScriptedFactory keeps this
  step("lost", [&] {
    if (script_.lost) script_.lost(*this, why);
  });
}

std::string Scripted::logPrefix() const { return name_; }

void Scripted::expect(bool isRight, const char* wrong) const {
  if (!isRight) FAIL_CHECK(name_ << ": " << std::string(wrong));
}

template <typename Action>
void Scripted::step(const char* event, Action action) {
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

ScriptedFactory::ScriptedFactory(Story& story, std::string name, Script script)
    : story_(story), name_(std::move(name)), script_(std::move(script)) {
  noisy = false;
}

ScriptedFactory::~ScriptedFactory() = default;

std::shared_ptr<Protocol> ScriptedFactory::buildProtocol(const Address& peer) {
  story_.add(name_ + " build");
  peers.push_back(peer);
  if (onBuild) onBuild(peer);
  if (refuses) return nullptr;
  const std::string name = built.empty() ? name_ : name_ + std::to_string(built.size());
  built.push_back(std::make_shared<Scripted>(story_, name, script_));
  return built.back();
}

void ScriptedFactory::startFactory() {
  story_.add(name_ + " start");
  if (onStart) onStart();
}

void ScriptedFactory::stopFactory() {
  story_.add(name_ + " stop");
  if (onStop) onStop();
}

void ScriptedFactory::startedConnecting(Connector& connector) {
  story_.add(name_ + " connecting");
  if (onConnecting) onConnecting(connector);
}

void ScriptedFactory::clientConnectionFailed(Connector& connector, const Failure& why) {
  story_.add(name_ + " connect failed");
  reason = why;
  if (onFailed) onFailed(connector, why);
}

void ScriptedFactory::clientConnectionLost(Connector& connector, const Failure& why) {
  story_.add(name_ + " connector lost");
  reason = why;
  if (onLost) onLost(connector, why);
}

std::string ScriptedFactory::logPrefix() const { return name_ + "Factory"; }

std::shared_ptr<ScriptedFactory> scripted(Story& story, std::string name, Script script) {
  return std::make_shared<ScriptedFactory>(story, std::move(name), std::move(script));
}

}  // namespace ropewalk::test
