#include "ropewalk/protocol.h"

#include "async/class_name.h"
#include "ropewalk/error.h"
#include "ropewalk/factory.h"
#include "ropewalk/failure.h"
#include "ropewalk/reactor.h"
#include "transport/belongings.h"
#include "transport/timed_call.h"

namespace ropewalk {

Protocol::Protocol() = default;

Protocol::~Protocol() = default;

void Protocol::dataReceived(std::string_view) {}

void Protocol::connectionLost(const Failure&) {}

std::string Protocol::logPrefix() const { return detail::className(typeid(*this)); }

void Protocol::makeConnection(TransportRef newTransport) {
  transport = std::move(newTransport);
  belongings_.reset();  // those of an earlier connection
  transport->attached(*this);
  connectionMade();
}

void Protocol::endConnection(const Failure& why) {
  detail::Belongings::end(*this);
  connectionLost(why);
}

detail::Ref<detail::Scope> Protocol::liveScope() {
  if (!transport->isConnected()) return {};
  return detail::Ref<detail::Scope>(&detail::Belongings::of(*this).scope());
}

DelayedCall Protocol::callLaterOwned(Duration delay, UniqueFunction<void()> call) {
  if (!transport->isConnected()) return {};
  detail::Belongings& belongings = detail::Belongings::of(*this);
  belongings.makeRoom();
  return belongings.keep(
      transport->reactor().callLater(delay, [alive = transport, call = std::move(call)]() mutable {
        detail::runTimedCall(alive, call);
      }));
}

void Protocol::spawnOwned(UniqueFunction<Deferred<void>()> call, detail::Place place) {
  if (!transport->isConnected()) return;
  const detail::Scope::Enter entered(&detail::Belongings::of(*this).scope());
  const auto failed = [alive = transport, place](const Failure& why) {
    const bool isEnding = !alive->isConnected() || alive->isDisconnecting();
    alive->loseConnection(why);
    // These two are normal when a connection ends, and are not logged elsewhere. Here they end one.
    if (!isEnding && (why.check<CancelledError>() || why.check<PromiseDropped>())) {
      logError("the connection ends because of a failure in the call spawned at {}:{}: {}: {}",
               place.file, place.line, why.typeName(), why);
    }
    if (why.check<PeerTimeoutError>()) return;
    why.raise();  // the caller logs it
  };
  call().addErrback(failed, place);
}

}  // namespace ropewalk
