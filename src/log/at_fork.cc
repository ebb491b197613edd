#include "log/at_fork.h"

#include <pthread.h>

#include <atomic>

#include "log/log_output.h"

namespace ropewalk::detail {

namespace {

void doNothing() noexcept {}

constexpr ForkHandlers kNoMore = {doNothing, doNothing, doNothing};

constinit std::atomic<const ForkHandlers*> more = &kNoMore;

// The value of `more` when this fork began, so that the handlers after the fork match those before.
constinit thread_local const ForkHandlers* underWay = &kNoMore;

void before() noexcept {
  LogOutput::holdForFork();
  underWay = more.load();
  underWay->before();
}

void inParent() noexcept {
  underWay->inParent();
  LogOutput::releaseInParent();
}

void inChild() noexcept {
  underWay->inChild();
  LogOutput::releaseInChild();
}

}  // namespace

void holdLogAtFork() noexcept {
  [[maybe_unused]] static const int once = ::pthread_atfork(before, inParent, inChild);
}

void atFork(const ForkHandlers& handlers) noexcept {
  more.store(&handlers);
  holdLogAtFork();
}

}  // namespace ropewalk::detail
