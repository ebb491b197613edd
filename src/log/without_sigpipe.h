#pragma once

#include <pthread.h>

#include <cerrno>
#include <csignal>
#include <ctime>

namespace ropewalk::detail {

// For a call that writes and knows no MSG_NOSIGNAL: while one lives, the thread gets no SIGPIPE,
// and the one that the call has made is taken back. Whoever blocks it anyway finds it as without
// us. Keeps errno.
class WithoutSigpipe {
 public:
  WithoutSigpipe() noexcept {
    ::sigemptyset(&pipe_);
    ::sigaddset(&pipe_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  WithoutSigpipe(const WithoutSigpipe&) = delete;
  WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;
  ~WithoutSigpipe() {
    if (::sigismember(&before_, SIGPIPE) != 0) return;
    const int error = errno;
    constexpr timespec kAtOnce{};
    if (isRaised_) ::sigtimedwait(&pipe_, nullptr, &kAtOnce);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    errno = error;
  }

  // The call failed with EPIPE.
  void raised() noexcept { isRaised_ = true; }

 private:
  sigset_t pipe_;
  sigset_t before_;
  bool isRaised_ = false;
};

}  // namespace ropewalk::detail
