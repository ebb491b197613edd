#include "http/server/body_flow.h"

#include <utility>

#include "ropewalk/error.h"
#include "ropewalk/failure.h"

namespace ropewalk::http::server {
namespace {

// The head is sent, so a reset is the only way to report an incomplete body. Rethrown for logging.
template <typename Call>
void orAbort(const TransportRef& transport, const Call& call) {
  try {
    call();
  } catch (...) {
    transport->cutShort(Failure::current());
    throw;
  }
}

}  // namespace

void BodyFlow::setProducer(std::shared_ptr<Producer> producer, Streaming streaming) {
  if (producer_) throw ProducerAlreadyRegistered("http::BodyWriter: there is a producer already");
  if (!transport_->isConnected()) return producer->stopProducing();
  producer_ = std::move(producer);
  try {
    transport_->registerProducer(shared_from_this(), streaming);
  } catch (...) {
    producer_.reset();  // otherwise the two would own each other
    throw;
  }
}

void BodyFlow::clearProducer() {
  if (std::exchange(producer_, nullptr)) transport_->unregisterProducer();
}

void BodyFlow::pauseProducing() {
  if (const auto producer = producer_) orAbort(transport_, [&] { producer->pauseProducing(); });
}

void BodyFlow::resumeProducing() {
  if (const auto producer = producer_) orAbort(transport_, [&] { producer->resumeProducing(); });
}

void BodyFlow::stopProducing() {
  if (const auto producer = std::exchange(producer_, nullptr)) producer->stopProducing();
}

}  // namespace ropewalk::http::server
