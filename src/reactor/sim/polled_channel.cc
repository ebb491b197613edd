#include "reactor/sim/polled_channel.h"

#include <cerrno>

#include "reactor/sim/ready_list.h"

namespace ropewalk::detail {

PolledChannel::~PolledChannel() {
  if (gone_ != nullptr) *gone_ = true;
}

void PolledChannel::setInterest(Interest interest) {
  interest_ = interest;
  changed();
}

void PolledChannel::changed() { ready_.note(*this); }

bool PolledChannel::isReady() const {
  return (has(interest_, Interest::Read) && isReadable()) ||
         (has(interest_, Interest::Write) && isWritable()) ||
         (has(interest_, Interest::Broken) && isReset());
}

void PolledChannel::dispatch() noexcept {
  if (has(interest_, Interest::Broken) && isReset()) {
    const int error = takeError();
    return owner_->broken(error != 0 ? error : ECONNRESET);
  }
  // Room first, as libevent does: its event is the younger one.
  bool gone = false;
  gone_ = &gone;
  if (has(interest_, Interest::Write) && isWritable()) owner_->writeReady();
  if (gone) return;
  gone_ = nullptr;
  if (has(interest_, Interest::Read) && isReadable()) owner_->readReady();
}

}  // namespace ropewalk::detail
