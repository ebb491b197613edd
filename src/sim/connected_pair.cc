#include "ropewalk/sim/connected_pair.h"

#include <stdexcept>
#include <utility>

#include "ropewalk/factory.h"
#include "ropewalk/reactor.h"

namespace ropewalk::detail {

namespace {

std::shared_ptr<ProtocolFactory<Protocol>> factoryOf(std::shared_ptr<Protocol> protocol) {
  auto factory = std::make_shared<ProtocolFactory<Protocol>>(
      [protocol = std::move(protocol)](const Address&) mutable { return std::move(protocol); });
  factory->noisy = false;
  return factory;
}

}  // namespace

void connectPair(sim::World& world, std::shared_ptr<Protocol> server,
                 std::shared_ptr<Protocol> client) {
  if (!server || !client) throw std::invalid_argument("connectedServerAndClient: no protocol");
  constexpr int kPort = 8000;
  sim::Host& listening = world.host("server");
  const auto port =
      listening.run([&] { return reactor().listenTCP(kPort, factoryOf(std::move(server))); });
  world.host("client").run([&] {
    reactor().connectTCP(listening.address().host(), kPort, factoryOf(std::move(client)));
  });
  world.runUntilIdle();
  listening.run([&] { port->stopListening(); });
  world.runUntilIdle();
}

}  // namespace ropewalk::detail
