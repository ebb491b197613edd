#include "http/server/body_flow.h"

#include <utility>

#include "ropewalk/error.h"
#include "ropewalk/failure.h"

namespace ropewalk::http::server {

// The head is sent, so to break off is the only way to report an incomplete body. Rethrown for
// logging.
template <typename Call>
void BodyFlow::orBreakOff(const Call& call) const {
  try {
    call();
  } catch (...) {
    if (const auto carrier = carrier_.lock()) carrier->breakOff(Failure::current());
    throw;
  }
}

void BodyFlow::setProducer(std::shared_ptr<Producer> producer, Streaming streaming) {
  if (producer_) throw ProducerAlreadyRegistered("http::BodyWriter: there is a producer already");
  const auto carrier = carrier_.lock();
  if (carrier->state() == Carrier::State::Over) return producer->stopProducing();
  producer_ = std::move(producer);
  try {
    carrier->registerProducer(shared_from_this(), streaming);
  } catch (...) {
    producer_.reset();  // otherwise the two would own each other
    throw;
  }
}

void BodyFlow::clearProducer() {
  if (!std::exchange(producer_, nullptr)) return;
  if (const auto carrier = carrier_.lock()) carrier->unregisterProducer();
}

void BodyFlow::pauseProducing() {
  if (const auto producer = producer_) orBreakOff([&] { producer->pauseProducing(); });
}

void BodyFlow::resumeProducing() {
  if (const auto producer = producer_) orBreakOff([&] { producer->resumeProducing(); });
}

void BodyFlow::stopProducing() {
  if (const auto producer = std::exchange(producer_, nullptr)) producer->stopProducing();
}

}  // namespace ropewalk::http::server
