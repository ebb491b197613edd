// One HTTP page by hand on epoll: the floor of the HTTP comparison.
//
//   $ epoll_hello 8080
//   $ curl http://127.0.0.1:8080/hello
//
// It understands nothing but where a head ends, and answers all that one recv brought with one
// send. The answer is what a real server says of such a page: status, Date of this second,
// Content-Type, Content-Length, body.

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include "listening.h"

namespace {

class EpollHello {
 public:
  explicit EpollHello(int listener) : listener_(listener) { watch(listener); }

  [[noreturn]] void run() {
    for (;;) {
      const int ready = epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), -1);
      for (int i = 0; i < ready; ++i) {
        const int fd = events_[static_cast<std::size_t>(i)].data.fd;
        if (fd == listener_) {
          accept();
        } else {
          answer(fd);
        }
      }
    }
  }

 private:
  void watch(int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  }

  void accept() {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    if (matched_.size() <= static_cast<std::size_t>(fd))
      matched_.resize(static_cast<std::size_t>(fd) + 1);
    matched_[static_cast<std::size_t>(fd)] = 0;
    watch(fd);
  }

  void answer(int fd) {
    const ssize_t size = recv(fd, buffer_.data(), buffer_.size(), 0);
    if (size <= 0) {
      if (size == 0 || errno != EAGAIN) close(fd);
      return;
    }
    const std::size_t heads = headsEnded({buffer_.data(), static_cast<std::size_t>(size)},
                                         matched_[static_cast<std::size_t>(fd)]);
    if (heads == 0) return;
    out_.clear();
    for (std::size_t i = 0; i < heads; ++i) out_ += page();
    // A client that does not read its answers is cut off: this is a floor, not a server.
    if (send(fd, out_.data(), out_.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(out_.size()))
      close(fd);
  }

  // `matched` is how much of an end the connection's bytes so far stop with.
  static std::size_t headsEnded(std::string_view bytes, unsigned char& matched) {
    constexpr std::string_view kEnd = "\r\n\r\n";
    std::size_t heads = 0;
    for (const char byte : bytes) {
      matched = static_cast<unsigned char>(byte == kEnd[matched] ? matched + 1 : byte == '\r');
      if (matched == kEnd.size()) {
        ++heads;
        matched = 0;
      }
    }
    return heads;
  }

  const std::string& page() {
    const std::time_t now = std::time(nullptr);
    if (now != rendered_) {
      rendered_ = now;
      std::array<char, 64> date{};
      std::strftime(date.data(), date.size(), "%a, %d %b %Y %H:%M:%S GMT", std::gmtime(&now));
      page_ =
          std::string("HTTP/1.1 200 OK\r\nDate: ") + date.data() +
          "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 13\r\n\r\nhello, world\n";
    }
    return page_;
  }

  int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  int listener_;
  std::vector<unsigned char> matched_;  // by descriptor
  std::string out_;
  std::string page_;
  std::time_t rendered_ = 0;
  std::array<epoll_event, 1024> events_{};
  std::array<char, 65536> buffer_{};
};

}  // namespace

int main(int argc, char** argv) {
  static EpollHello hello(bench::listenOnLoopback(bench::portArgument(argc, argv)));
  hello.run();
}
