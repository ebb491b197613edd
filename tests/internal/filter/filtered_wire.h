#pragma once

#include <memory>
#include <string>
#include <utility>

#include "internal/filter/awkward_codec.h"
#include "ropewalk/connector.h"
#include "ropewalk/error.h"
#include "ropewalk/factory.h"
#include "ropewalk/listen_options.h"
#include "ropewalk/listening_port.h"
#include "transport/channel_filter.h"

namespace ropewalk::test {

// A factory whose connections pass through filters.
class FilteringFactory final : public ClientFactory {
 public:
  FilteringFactory(std::shared_ptr<Factory> inner, AwkwardCodec::Side side, int filters)
      : inner_(std::move(inner)), side_(side), filters_(filters) {
    noisy = false;
  }

  std::unique_ptr<detail::Channel> filtered(std::unique_ptr<detail::Channel> wire) override {
    for (int i = 0; i < filters_; ++i) {
      auto filter = std::make_unique<detail::ChannelFilter>(std::make_unique<AwkwardCodec>(side_));
      filter->attach(std::move(wire), "", 0);
      wire = std::move(filter);
    }
    return wire;
  }
  std::shared_ptr<Protocol> buildProtocol(const Address& peer) override {
    std::shared_ptr<Protocol> protocol = inner_->buildProtocol(peer);
    if (protocol && !protocol->factory) protocol->factory = inner_;
    return protocol;
  }
  void startFactory() override { inner_->doStart(); }
  void stopFactory() override { inner_->doStop(); }
  std::string logPrefix() const override { return inner_->logPrefix(); }
  void startedConnecting(Connector& connector) override { client().startedConnecting(connector); }
  void clientConnectionFailed(Connector& connector, const Failure& why) override {
    client().clientConnectionFailed(connector, why);
  }
  void clientConnectionLost(Connector& connector, const Failure& why) override {
    client().clientConnectionLost(connector, why);
  }

 private:
  ClientFactory& client() { return dynamic_cast<ClientFactory&>(*inner_); }

  const std::shared_ptr<Factory> inner_;
  const AwkwardCodec::Side side_;
  const int filters_;
};

// `Base` with kFilters filters at each end of every connection.
template <typename Base, int kFilters>
class FilteredWire : public Base {
 public:
  std::shared_ptr<ListeningPort> listen(std::shared_ptr<Factory> factory,
                                        const ListenOptions& options = {}, int port = 0) {
    return Base::listen(wrap(std::move(factory), AwkwardCodec::Side::Server), options, port);
  }

  template <typename Where>
  std::shared_ptr<Connector> connect(const Where& where, std::shared_ptr<ClientFactory> factory,
                                     const ConnectOptions& options = {}) {
    return Base::connect(where, wrap(std::move(factory), AwkwardCodec::Side::Client), options);
  }

  // The server closed without a farewell.
  using Refused = ConnectionLost;

  // Each handshake takes extra turns.
  void settle() {
    for (int i = 0; i < 1 + 2 * kFilters; ++i) Base::settle();
  }

 private:
  static std::shared_ptr<ClientFactory> wrap(std::shared_ptr<Factory> factory,
                                             AwkwardCodec::Side side) {
    if (!factory) return nullptr;
    return std::make_shared<FilteringFactory>(std::move(factory), side, kFilters);
  }
};

}  // namespace ropewalk::test
