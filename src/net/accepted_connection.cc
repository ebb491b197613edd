#include "net/accepted_connection.h"

#include <utility>

#include "log/tell_if_possible.h"
#include "ropewalk/failure.h"
#include "ropewalk/log.h"

namespace ropewalk::detail {

namespace {

// The maker of an adopted connection: holds its limits and ignores its end.
class Adoption final : public ConnectionMaker {
 public:
  explicit Adoption(const ConnectionLimits& limits) : limits_(limits) {}

  void connectionEnded(const Failure&) noexcept override {}
  const ConnectionLimits& limits() const noexcept override { return limits_; }

 private:
  const ConnectionLimits limits_;
};

}  // namespace

bool startAccepted(ReactorCore& core, std::unique_ptr<Channel> channel,
                   const std::shared_ptr<Factory>& factory, const Ref<ConnectionMaker>& maker,
                   std::uint32_t session) noexcept {
  try {
    std::shared_ptr<Protocol> protocol = factory->buildProtocol(channel->peer());
    if (!protocol || !core.isOurs()) return false;
    if (!protocol->factory) protocol->factory = factory;
    Ref(new Connection(core.turn(), factory->filtered(std::move(channel)), maker, session))
        ->start(std::move(protocol));
    return true;
  } catch (...) {
    const Failure thrown = Failure::current();
    tellIfPossible([&] {
      logError("{}: building a protocol threw {}: {}", factory->logPrefix(), thrown.typeName(),
               thrown);
    });
    return false;
  }
}

void startAdopted(ReactorCore& core, std::unique_ptr<Channel> channel,
                  std::shared_ptr<Factory> factory, const ConnectionLimits& limits) {
  const Ref<ConnectionMaker> maker(new Adoption(limits));
  core.timers().schedule(
      0s, [&core, maker, channel = std::move(channel), factory = std::move(factory)]() mutable {
        startAccepted(core, std::move(channel), factory, maker, 0);
      });
}

}  // namespace ropewalk::detail
