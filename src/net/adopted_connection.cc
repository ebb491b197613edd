#include "net/adopted_connection.h"

#include <utility>

#include "ropewalk/failure.h"
#include "ropewalk/log.h"
#include "transport/connection.h"

namespace ropewalk::detail {

namespace {

// Its limits; nobody else waits for its end.
class Adoption final : public ConnectionMaker {
 public:
  explicit Adoption(const ConnectionLimits& limits) : limits_(limits) {}

  void connectionEnded(const Failure&) noexcept override {}
  const ConnectionLimits& limits() const noexcept override { return limits_; }

 private:
  const ConnectionLimits limits_;
};

void start(ReactorCore& core, std::unique_ptr<Channel> channel,
           const std::shared_ptr<Factory>& factory, const ConnectionLimits& limits) noexcept {
  try {
    std::shared_ptr<Protocol> protocol = factory->buildProtocol(channel->peer());
    if (!protocol) return;
    if (!protocol->factory) protocol->factory = factory;
    const Ref<ConnectionMaker> maker(new Adoption(limits));
    Ref(new Connection(core.turn(), std::move(channel), maker, 0))->start(std::move(protocol));
  } catch (...) {
    const Failure thrown = Failure::current();
    logError("{}: building a protocol threw {}: {}", factory->logPrefix(), thrown.typeName(),
             thrown);
  }
}

}  // namespace

void startAdopted(ReactorCore& core, std::unique_ptr<Channel> channel,
                  std::shared_ptr<Factory> factory, const ConnectionLimits& limits) {
  core.timers().schedule(
      0s, [&core, limits, channel = std::move(channel), factory = std::move(factory)]() mutable {
        start(core, std::move(channel), factory, limits);
      });
}

}  // namespace ropewalk::detail
