#include "ropewalk/detail/scope.h"

#include <cassert>
#include <utility>

#include "async/level.h"
#include "ropewalk/detail/coroutine_frame.h"
#include "ropewalk/detail/resume_queue.h"

namespace ropewalk::detail {
namespace {

std::string prefixOfScope(const void* scope) {
  return scope != nullptr ? static_cast<const Scope*>(scope)->logPrefix() : std::string();
}

}  // namespace

Scope::Scope() : logPrefix_(LogContext::currentPrefix()) {}

Scope::~Scope() { assert(frames_ == nullptr && cancelledFrames_ == nullptr); }

void Scope::close() {
  if (closed_) return;
  closed_ = true;
  const Ref<Scope> keep(this);
  const Level::Apart apart;  // cancelling takes effect before a frame is destroyed
  const ResumeQueue::Hold hold;
  while (frames_ != nullptr) {
    CoroutineFrame& newest = *frames_;
    newest.unlink();
    newest.link(cancelledFrames_);
    newest.endAwait();
    ResumeQueue::runAllOf(*this);
  }
}

Scope::Enter::Enter(Scope* scope) noexcept
    : scope_(scope),
      outer_(std::exchange(currentScope, scope)),
      logContext_(prefixOfScope, scope) {}

Scope::Enter::~Enter() { currentScope = outer_; }

}  // namespace ropewalk::detail
