#include "net/name_resolution.h"

#include <utility>

#include "async/failure_of.h"
#include "ropewalk/detail/resume_queue.h"
#include "ropewalk/error.h"
#include "ropewalk/failure.h"
#include "sys/host_names.h"

namespace ropewalk::detail {

template <typename E>
Failure NameResolution::failed(std::string_view why) const noexcept {
  return failureFrom([&] { return Failure::of(E("resolve " + name_ + ": " + std::string(why))); });
}

Deferred<std::vector<Address>> NameResolution::begin(ReactorCore& core, Duration timeout) {
  Deferred<std::vector<Address>> found = promise_.deferred();
  if (!name_.empty() && Address::isLiteral(name_)) {
    promise_.callback(std::vector<Address>{Address::parse(name_, 0)});
  } else if (const std::string_view fault = sys::faultIn(name_); !fault.empty()) {
    promise_.errback(failed<UnknownHostError>(fault));
  } else {
    lookup_ = core.driver().lookUp(name_, *this);
    promise_.onCancel([this] { stop(); });
    deadline_ =
        core.timers().schedule(timeout, [self = shared_from_this()] { self->tookTooLong(); });
  }
  return found;
}

void NameResolution::tookTooLong() noexcept {
  stop();
  const ResumeQueue::Hold resumedLast;
  promise_.errback(failed<DeferredTimeoutError>("no answer in time"));
}

void NameResolution::lookedUp(sys::NameAnswer answer) noexcept {
  const std::shared_ptr<NameResolution> self = shared_from_this();
  stop();
  const ResumeQueue::Hold resumedLast;
  if (answer.addresses.empty()) return promise_.errback(failed<UnknownHostError>(answer.why));
  promise_.callback(std::move(answer.addresses));
}

void NameResolution::stop() noexcept {
  const std::shared_ptr<NameResolution> self = shared_from_this();
  lookup_.reset();
  if (deadline_.active()) deadline_.cancel();
}

}  // namespace ropewalk::detail
