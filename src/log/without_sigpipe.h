#pragma once

#include <pthread.h>

#include <cerrno>
#include <csignal>
#include <ctime>

namespace ropewalk::detail {

// For a call that writes and has no MSG_NOSIGNAL: blocks SIGPIPE on this thread and discards one
// that the call raised. A SIGPIPE that was pending before is the program's and stays. Keeps errno.
class WithoutSigpipe {
 public:
  WithoutSigpipe() noexcept {
    ::sigemptyset(&pipe_);
    ::sigaddset(&pipe_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
    // Only a thread that blocks it can have one pending.
    wasPending_ = isBlockedByProgram() && isPending();
  }
  WithoutSigpipe(const WithoutSigpipe&) = delete;
  WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;
  ~WithoutSigpipe() {
    const int error = errno;
    constexpr timespec kAtOnce{};
    if (mayHaveRaised_ && !wasPending_) ::sigtimedwait(&pipe_, nullptr, &kAtOnce);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    errno = error;
  }

  // The call did less than it was asked to. The kernel raises SIGPIPE also when it has written a
  // part and then meets a closed peer: the result is positive then, not EPIPE.
  void fellShort() noexcept { mayHaveRaised_ = true; }

 private:
  bool isBlockedByProgram() const noexcept { return ::sigismember(&before_, SIGPIPE) != 0; }
  static bool isPending() noexcept {
    sigset_t pending;
    ::sigpending(&pending);
    return ::sigismember(&pending, SIGPIPE) != 0;
  }

  sigset_t pipe_;
  sigset_t before_;
  bool wasPending_ = false;
  bool mayHaveRaised_ = false;
};

}  // namespace ropewalk::detail
