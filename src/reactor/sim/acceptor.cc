#include "reactor/sim/acceptor.h"

#include <cerrno>
#include <utility>

#include "reactor/sim/channel.h"

namespace ropewalk::detail {

SimAcceptor::SimAcceptor(std::shared_ptr<SimNetwork> network, SimHost& host,
                         std::shared_ptr<SimListener> listener, const ListenOptions& options)
    : network_(std::move(network)),
      host_(host),
      listener_(std::move(listener)),
      tcpNoDelay_(options.tcpNoDelay),
      tcpKeepAlive_(options.tcpKeepAlive) {
  listener_->setWatcher(this);
}

SimAcceptor::~SimAcceptor() {
  listener_->setWatcher(nullptr);
  host_.releaseDescriptor();
}

bool SimAcceptor::setAccepting(bool on) {
  accepting_ = on;
  host_.ready.note(*this);
  return true;
}

Accepted SimAcceptor::accept() {
  // The kernel asks for the descriptor first.
  if (!host_.takeDescriptor()) return {.channel = nullptr, .error = EMFILE};
  std::shared_ptr<SimLink> link = listener_->take();
  if (!link) {
    host_.releaseDescriptor();
    return {.channel = nullptr, .error = EAGAIN};
  }
  SimSocket& socket = link->server();
  return {.channel = std::make_unique<SimChannel>(network_, std::move(link), socket, tcpNoDelay_,
                                                  tcpKeepAlive_),
          .error = 0};
}

bool SimAcceptor::shed() {
  const std::shared_ptr<SimLink> link = listener_->take();
  if (link) link->server().close(false);
  return link != nullptr;
}

}  // namespace ropewalk::detail
