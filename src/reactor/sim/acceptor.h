#pragma once

#include <memory>

#include "reactor/driver.h"
#include "reactor/sim/network.h"
#include "reactor/sim/source.h"

namespace ropewalk::detail {

// A listening socket as a program holds it.
class SimAcceptor final : public Acceptor, public SimSource {
 public:
  // `host` has given a descriptor for this.
  SimAcceptor(std::shared_ptr<SimNetwork> network, SimHost& host,
              std::shared_ptr<SimListener> listener, const ListenOptions& options);
  ~SimAcceptor() override;

  void setOwner(AcceptorOwner& owner) override { owner_ = &owner; }
  bool setAccepting(bool on) override;
  Accepted accept() override;
  bool shed() override;
  Address host() const override { return listener_->address(); }

  // SimSource
  bool isReady() const override { return accepting_ && listener_->isAnyWaiting(); }
  void dispatch() noexcept override { owner_->acceptReady(); }

 private:
  const std::shared_ptr<SimNetwork> network_;
  SimHost& host_;
  const std::shared_ptr<SimListener> listener_;
  AcceptorOwner* owner_ = nullptr;
  bool accepting_ = false;
  const bool tcpNoDelay_;
  const bool tcpKeepAlive_;
};

}  // namespace ropewalk::detail
