#include "net/name_resolution.h"

#include <utility>

#include "ropewalk/error.h"
#include "ropewalk/failure.h"
#include "sys/host_names.h"

namespace ropewalk::detail {

Deferred<std::vector<Address>> NameResolution::begin(ReactorCore& core, Duration timeout) {
  Deferred<std::vector<Address>> found = promise_.deferred();
  const std::string_view fault = sys::faultIn(name_);
  if (Address::isLiteral(name_)) {
    promise_.callback(std::vector<Address>{Address::parse(name_, 0)});
  } else if (!fault.empty()) {
    promise_.errback(unknown(fault));
  } else {
    deadline_ = core.timers().schedule(timeout, [self = shared_from_this()] {
      self->stop();
      self->promise_.errback(
          Failure::of(TimeoutError("resolve " + self->name_ + ": no answer in time")));
    });
    promise_.onCancel([this] { stop(); });
    lookup_ = core.driver().lookUp(name_, *this);
  }
  return found;
}

void NameResolution::lookedUp(sys::NameAnswer answer) noexcept {
  const std::shared_ptr<NameResolution> self = shared_from_this();
  stop();
  if (answer.addresses.empty()) return promise_.errback(unknown(answer.why));
  promise_.callback(std::move(answer.addresses));
}

void NameResolution::stop() noexcept {
  const std::shared_ptr<NameResolution> self = shared_from_this();
  lookup_.reset();
  if (deadline_.active()) deadline_.cancel();
}

Failure NameResolution::unknown(std::string_view why) const {
  return Failure::of(UnknownHostError("resolve " + name_ + ": " + std::string(why)));
}

}  // namespace ropewalk::detail
