// What a connection does for a channel that is a filter: it puts one on its wire, reads what the
// filter holds, and lets it finish before the output ends.

#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "async/failure_of.h"
#include "ropewalk/error.h"
#include "transport/connection.h"

namespace ropewalk::detail {

void Connection::addFilter(std::unique_ptr<FilterCodec> codec, std::string unread) {
  requireHome("Connection::addFilter()");
  if (phase_ != Phase::Open || left_) return;
  auto filter = std::make_unique<ChannelFilter>(std::move(codec));
  if (redelivery_ && !awaitsSwitch()) unread += std::exchange(redelivery_->unread, {});
  filter->attach(std::move(channel_), unread, queue_.bytes());
  channel_ = std::move(filter);
  channel_->setOwner(*this);
  needsAfterFlush_ = true;  // afterFlush() sets its interest
  flushLater();
}

void Connection::readSoon() noexcept {
  readDue_ = true;
  needsAfterFlush_ = true;  // afterFlush() sets the interest, and a filter then reports a failure
  settleLater();
}

// The channel may hold input for which the kernel reports no event.
void Connection::readHeldInput() noexcept {
  readDue_ = false;
  if (wantsRead()) return readReady();
  if (phase_ < Phase::Ending && !left_) channel_->proceed();
}

// False if the channel has something left to send before the output may end.
bool Connection::channelFinishes() noexcept {
  const bool ends = writeLost_ || phase_ == Phase::Closing;
  if (!ends || shutDown_ || waitsForProducer() || cutsShort_ || inherited_) return true;
  if (channel_->finish()) return true;
  try {
    roomEnded(false);
  } catch (...) {
    outOfMemory();
  }
  return false;
}

Failure Connection::failureOfWire(const char* call, int error) const noexcept {
  if (error == kFilterFailed) return channel_->failure();
  return failureOf<ConnectionLost>(call, std::error_code(error, std::generic_category()));
}

}  // namespace ropewalk::detail
