#include "http/body_flow.h"

#include <utility>

#include "ropewalk/error.h"
#include "ropewalk/failure.h"
#include "ropewalk/reactor.h"

namespace ropewalk::http {
namespace {

// What throws here has not written its body to the end, and the head is out: the only way to say so
// is to break off. Thrown on, to be logged.
template <typename Call>
void orAbort(const TransportRef& transport, const Call& call) {
  try {
    call();
  } catch (...) {
    transport->abortConnection(Failure::current());
    throw;
  }
}

}  // namespace

void BodyFlow::begin() { transport_->registerProducer(shared_from_this(), streaming_); }

void BodyFlow::end() { transport_->unregisterProducer(); }

void BodyFlow::setProducer(std::shared_ptr<Producer> producer, Streaming streaming) {
  if (producer_) throw ProducerAlreadyRegistered("http::BodyWriter: there is a producer already");
  if (!transport_->isConnected()) return producer->stopProducing();
  producer_ = std::move(producer);
  registerAs(streaming);
  if (paused_) producer_->pauseProducing();
}

void BodyFlow::clearProducer() {
  producer_.reset();
  registerAs(Streaming::Push);
}

void BodyFlow::cancelDrained() {
  if (drained_ != nullptr) drained_->cancelAwait(ropewalk::detail::CancelCause::ScopeClosed);
}

void BodyFlow::registerAs(Streaming streaming) {
  if (std::exchange(streaming_, streaming) == streaming) return;
  transport_->unregisterProducer();
  paused_ = false;
  begin();
  // Who waited for the end of a pause is told by a pull registration soon, by a push one never.
  if (drained_ == nullptr || paused_ || streaming == Streaming::Pull) return;
  transport_->reactor().callLater(Duration::zero(), [self = shared_from_this()] {
    if (!self->paused_) self->wakeDrained();
  });
}

void BodyFlow::wakeDrained() {
  if (BodyWriter::Drained* const waiting = std::exchange(drained_, nullptr)) waiting->resume();
}

void BodyFlow::pauseProducing() {
  paused_ = true;
  if (const auto producer = producer_) orAbort(transport_, [&] { producer->pauseProducing(); });
}

void BodyFlow::resumeProducing() {
  paused_ = false;
  const auto producer = producer_;
  wakeDrained();
  if (producer && producer == producer_) orAbort(transport_, [&] { producer->resumeProducing(); });
}

// The coroutines of the connection are cancelled by it; others can wait in drained() as well.
void BodyFlow::stopProducing() {
  const auto producer = std::exchange(producer_, nullptr);
  cancelDrained();
  if (producer) producer->stopProducing();
}

}  // namespace ropewalk::http
