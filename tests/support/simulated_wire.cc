#include "support/simulated_wire.h"

#include <doctest/doctest.h>

#include <utility>

namespace ropewalk::test {

std::shared_ptr<ListeningPort> SimulatedWire::listen(std::shared_ptr<Factory> factory,
                                                     ListenOptions options, int port) {
  if (options.interface.empty()) options.interface = server_.address().host();
  return serverReactor().listenTCP(port, std::move(factory), options);
}

std::shared_ptr<Connector> SimulatedWire::connect(const ListeningPort& port,
                                                  std::shared_ptr<ClientFactory> factory,
                                                  const ConnectOptions& options) {
  return connect(port.getHost().port(), std::move(factory), options);
}

std::shared_ptr<Connector> SimulatedWire::connect(int port, std::shared_ptr<ClientFactory> factory,
                                                  const ConnectOptions& options) {
  return clientReactor().connectTCP(server_.address().host(), port, std::move(factory), options);
}

void SimulatedWire::until(const std::function<bool()>& done) {
  const bool isDone = world_.runUntil([&] { return done(); });
  REQUIRE_MESSAGE(isDone, "what the test waits for does not happen\n" << world_.story());
}

template class Conversation<SimulatedWire>;

}  // namespace ropewalk::test
