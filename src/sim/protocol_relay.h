#pragma once

#include <string>
#include <string_view>

#include "ropewalk/failure.h"
#include "ropewalk/protocol.h"

namespace ropewalk::detail {

// The protocol of a connection on behalf of another one that comes later, or never: hands
// everything on to it.
class ProtocolRelay final : public Protocol {
 public:
  // Not owned. Null for nobody.
  void setTarget(Protocol* target) noexcept { target_ = target; }
  bool hasTarget() const noexcept { return target_ != nullptr; }

  void dataReceived(std::string_view data) override;
  void readConnectionLost() override;
  void writeConnectionLost() override;
  void connectionLost(const Failure& why) override;
  void drainRequested() override;
  std::string logPrefix() const override;

 private:
  Protocol* target_ = nullptr;
};

}  // namespace ropewalk::detail
