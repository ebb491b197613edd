// Echo by hand on epoll: the floor. At depth 1 a message costs epoll_wait, recv and send.
//
//   $ epoll_echo 8000
//
// Level-triggered, one recv a readiness, one shared buffer. What the kernel does not take is kept,
// and until it is sent its connection waits for room instead of for bytes.

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <string_view>
#include <unordered_map>

#include "listening.h"

namespace {

class EpollEcho {
 public:
  explicit EpollEcho(int listener) : listener_(listener) {
    interest(EPOLL_CTL_ADD, listener, EPOLLIN);
  }

  [[noreturn]] void run() {
    for (;;) {
      const int ready = epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), -1);
      for (int i = 0; i < ready; ++i) serve(events_[static_cast<std::size_t>(i)]);
    }
  }

 private:
  void interest(int operation, int fd, std::uint32_t wanted) {
    epoll_event event{};
    event.events = wanted;
    event.data.fd = fd;
    epoll_ctl(epoll_, operation, fd, &event);
  }

  void serve(const epoll_event& event) {
    if (event.data.fd == listener_) {
      const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd >= 0) interest(EPOLL_CTL_ADD, fd, EPOLLIN);
    } else if (event.events & EPOLLOUT) {
      flush(event.data.fd);
    } else {
      echo(event.data.fd);
    }
  }

  void echo(int fd) {
    const ssize_t size = recv(fd, buffer_.data(), buffer_.size(), 0);
    if (size > 0) {
      const std::string_view bytes(buffer_.data(), static_cast<std::size_t>(size));
      const std::string_view rest = send(fd, bytes);
      if (!rest.empty()) keep(fd, rest);
    } else if (size == 0 || errno != EAGAIN) {
      end(fd);
    }
  }

  // What of `bytes` is still to be sent.
  std::string_view send(int fd, std::string_view bytes) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) return bytes.substr(static_cast<std::size_t>(sent));
    if (errno == EAGAIN) return bytes;
    end(fd);
    return {};
  }

  void keep(int fd, std::string_view bytes) {
    unsent_[fd] = bytes;
    interest(EPOLL_CTL_MOD, fd, EPOLLOUT);
  }

  void flush(int fd) {
    const std::string bytes = std::move(unsent_.extract(fd).mapped());
    interest(EPOLL_CTL_MOD, fd, EPOLLIN);
    const std::string_view rest = send(fd, bytes);
    if (!rest.empty()) keep(fd, rest);
  }

  static void end(int fd) { close(fd); }

  int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  int listener_;
  std::unordered_map<int, std::string> unsent_;
  std::array<epoll_event, 1024> events_{};
  std::array<char, 65536> buffer_{};
};

}  // namespace

int main(int argc, char** argv) {
  static EpollEcho echo(bench::listenOnLoopback(bench::portArgument(argc, argv)));
  echo.run();
}
