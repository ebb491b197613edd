// Echo on bare libevent events, without bufferevent: what libevent's dispatch costs on top of
// epoll_echo.
//
//   $ event_echo 8000

#include <event2/event.h>
#include <event2/event_struct.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <string_view>

#include "listening.h"

namespace {

std::array<char, 65536> buffer;

// One connection: waits for bytes, or for room while some are unsent. Destroys itself at the end.
class Connection {
 public:
  Connection(event_base* base, int fd) : base_(base), fd_(fd) { await(EV_READ, readReady); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

 private:
  ~Connection() {
    event_del(&ready_);
    close(fd_);
  }

  void await(short what, event_callback_fn callback) {
    event_assign(&ready_, base_, fd_, static_cast<short>(what | EV_PERSIST), callback, this);
    event_add(&ready_, nullptr);
  }

  static void readReady(int fd, short, void* self) {
    auto* connection = static_cast<Connection*>(self);
    const ssize_t size = recv(fd, buffer.data(), buffer.size(), 0);
    if (size > 0) {
      connection->send({buffer.data(), static_cast<std::size_t>(size)});
    } else if (size == 0 || errno != EAGAIN) {
      delete connection;
    }
  }

  // May destroy this.
  void send(std::string_view bytes) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent == static_cast<ssize_t>(bytes.size())) return;
    if (sent < 0 && errno != EAGAIN) {
      delete this;
      return;
    }
    unsent_ = bytes.substr(static_cast<std::size_t>(sent < 0 ? 0 : sent));
    event_del(&ready_);
    await(EV_WRITE, writeReady);
  }

  static void writeReady(int, short, void* self) {
    auto* connection = static_cast<Connection*>(self);
    event_del(&connection->ready_);
    connection->await(EV_READ, readReady);
    const std::string bytes = std::move(connection->unsent_);
    connection->send(bytes);
  }

  event_base* base_;
  int fd_;
  event ready_{};
  std::string unsent_;
};

void acceptReady(int listener, short, void* base) {
  const int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd >= 0) new Connection(static_cast<event_base*>(base), fd);
}

}  // namespace

int main(int argc, char** argv) {
  event_config* config = event_config_new();
  event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
  event_base* base = event_base_new_with_config(config);
  event_config_free(config);
  const int listener = bench::listenOnLoopback(bench::portArgument(argc, argv));
  event_add(event_new(base, listener, EV_READ | EV_PERSIST, acceptReady, base), nullptr);
  return event_base_dispatch(base);
}
