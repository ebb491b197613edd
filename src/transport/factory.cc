#include "ropewalk/factory.h"

#include <exception>
#include <stdexcept>
#include <utility>

#include "async/class_name.h"
#include "log/tell_if_possible.h"
#include "ropewalk/failure.h"
#include "ropewalk/log.h"
#include "transport/channel.h"

namespace ropewalk {

std::string Factory::logPrefix() const { return detail::className(typeid(*this)); }

std::unique_ptr<detail::Channel> Factory::filtered(std::unique_ptr<detail::Channel> wire) {
  return wire;
}

void Factory::doStart() {
  if (users_ > 0) {
    ++users_;
    return;
  }
  if (noisy) logInfo("Starting factory {}", logPrefix());
  startFactory();
  ++users_;
}

void Factory::doStop() {
  if (users_ == 0 || --users_ > 0) return;
  detail::tellIfPossible([this] {
    if (noisy) logInfo("Stopping factory {}", logPrefix());
  });
  try {
    stopFactory();
  } catch (...) {
    logError("stopFactory threw: {}", Failure::current());
  }
}

void ClientFactory::startedConnecting(Connector&) {}
void ClientFactory::clientConnectionFailed(Connector&, const Failure&) {}
void ClientFactory::clientConnectionLost(Connector&, const Failure&) {}

namespace {

// Builds the protocols of another factory, and only logs it if connecting fails.
class BuildingFactory final : public ClientFactory {
 public:
  explicit BuildingFactory(std::shared_ptr<Factory> builder) : builder_(std::move(builder)) {
    noisy = false;
  }

  std::shared_ptr<Protocol> buildProtocol(const Address& peer) override {
    std::shared_ptr<Protocol> protocol = builder_->buildProtocol(peer);
    if (protocol && !protocol->factory) protocol->factory = builder_;
    return protocol;
  }
  std::unique_ptr<detail::Channel> filtered(std::unique_ptr<detail::Channel> wire) override {
    return builder_->filtered(std::move(wire));
  }
  void clientConnectionFailed(Connector&, const Failure& why) override {
    logWarning("{}: no connection: {}", logPrefix(), why);
  }
  void startFactory() override { builder_->doStart(); }
  void stopFactory() override { builder_->doStop(); }
  std::string logPrefix() const override { return builder_->logPrefix(); }

 private:
  std::shared_ptr<Factory> builder_;
};

}  // namespace

std::shared_ptr<ClientFactory> ClientFactory::of(std::shared_ptr<Factory> factory) {
  if (!factory) throw std::invalid_argument("ClientFactory::of: no factory");
  return std::make_shared<BuildingFactory>(std::move(factory));
}

}  // namespace ropewalk
