// The Reactor's members that listen and connect: they live here because the reactor itself stands
// under the ports.

#include <utility>

#include "net/tcp_connector.h"
#include "net/tcp_port.h"
#include "reactor/reactor_core.h"
#include "ropewalk/error.h"
#include "ropewalk/reactor.h"

namespace ropewalk {

std::shared_ptr<ListeningPort> Reactor::listenTCP(int port, std::shared_ptr<Factory> factory,
                                                  const ListenOptions& options) {
  const Address address = Address::parse(options.interface, port);
  auto listening = std::make_shared<detail::TcpPort>(*core_, address, std::move(factory), options);
  listening->startListening();
  return listening;
}

std::shared_ptr<Connector> Reactor::connectTCP(std::string_view host, int port,
                                               std::shared_ptr<ClientFactory> factory,
                                               const ConnectOptions& options) {
  const Address destination = Address::parse(host, port);
  auto connector =
      std::make_shared<detail::TcpConnector>(*core_, destination, std::move(factory), options);
  connector->connect();
  return connector;
}

}  // namespace ropewalk
