// The members of Reactor that listen and connect. They are here because ports are in a layer above
// the reactor.

#include <stdexcept>
#include <string>
#include <utility>

#include "net/accepted_connection.h"
#include "net/name_resolution.h"
#include "net/tcp_connector.h"
#include "net/tcp_port.h"
#include "reactor/reactor_core.h"
#include "ropewalk/error.h"
#include "ropewalk/reactor.h"
#include "sys/host_names.h"

namespace ropewalk {

namespace {

// May block on a name lookup: a port is opened once, at startup.
Address localAddress(detail::Driver& driver, const std::string& interface, int port) {
  if (Address::isLiteral(interface)) return Address::parse(interface, port);
  const std::uint16_t checked = Address::parse("", port).port();
  const std::string_view fault = sys::faultIn(interface);
  if (!fault.empty()) throw InvalidAddressError(interface, fault);
  const sys::NameAnswer answer = driver.lookUpNow(interface);
  if (answer.addresses.empty()) throw InvalidAddressError(interface, answer.why);
  return answer.addresses.front().withPort(checked);
}

template <typename AnyFactory>
void require(const std::shared_ptr<AnyFactory>& factory, const char* who) {
  if (!factory) throw std::invalid_argument(std::string(who) + ": no factory");
}

}  // namespace

std::shared_ptr<ListeningPort> Reactor::listenTCP(int port, std::shared_ptr<Factory> factory,
                                                  const ListenOptions& options) {
  require(factory, "listenTCP");
  const Address address = localAddress(core_->driver(), options.interface, port);
  auto listening = std::make_shared<detail::TcpPort>(*core_, address, std::move(factory), options);
  listening->startListening();
  return listening;
}

std::shared_ptr<Connector> Reactor::connectTCP(std::string_view host, int port,
                                               std::shared_ptr<ClientFactory> factory,
                                               const ConnectOptions& options) {
  require(factory, "connectTCP");
  auto connector =
      std::make_shared<detail::TcpConnector>(*core_, host, port, std::move(factory), options);
  connector->connect();
  return connector;
}

std::shared_ptr<ListeningPort> Reactor::adoptStreamPort(int fd, std::shared_ptr<Factory> factory,
                                                        const ListenOptions& options) {
  require(factory, "adoptStreamPort");
  auto port = std::make_shared<detail::TcpPort>(*core_, Address(), std::move(factory), options);
  port->startListeningOn(fd);
  return port;
}

void Reactor::adoptStreamConnection(int fd, std::shared_ptr<Factory> factory,
                                    const ConnectionLimits& limits) {
  core_->turn().requireHome("Reactor::adoptStreamConnection()");
  require(factory, "adoptStreamConnection");
  detail::Connecting adopted = core_->driver().adoptConnection(fd, limits);
  if (!adopted.channel) {
    const std::error_code why(adopted.error, std::generic_category());
    throw Error("adoptStreamConnection: descriptor " + std::to_string(fd) + ": " + why.message(),
                why);
  }
  detail::startAdopted(*core_, std::move(adopted.channel), std::move(factory), limits);
}

Deferred<std::vector<Address>> Reactor::resolve(std::string_view name, Duration timeout,
                                                detail::Place place) {
  core_->turn().requireHome("Reactor::resolve()");
  return std::make_shared<detail::NameResolution>(name, place)->begin(*core_, timeout);
}

}  // namespace ropewalk
