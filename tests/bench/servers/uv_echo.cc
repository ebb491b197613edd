// Echo on libuv, at its best: one shared read buffer, uv_try_write first, a request only for what
// that left.
//
//   $ uv_echo 8000

#include <uv.h>

#include <array>
#include <string>
#include <string_view>

#include "listening.h"

namespace {

std::array<char, 65536> buffer;

struct Unsent {
  uv_write_t request{};
  std::string bytes;
};

void lend(uv_handle_t*, std::size_t, uv_buf_t* lent) {
  *lent = uv_buf_init(buffer.data(), static_cast<unsigned>(buffer.size()));
}

void forget(uv_handle_t* handle) { delete reinterpret_cast<uv_tcp_t*>(handle); }

void echo(uv_stream_t* connection, std::string_view bytes) {
  uv_buf_t whole = uv_buf_init(buffer.data(), static_cast<unsigned>(bytes.size()));
  const int sent = uv_try_write(connection, &whole, 1);
  if (sent == static_cast<int>(bytes.size())) return;
  auto* unsent = new Unsent;
  unsent->bytes = bytes.substr(sent > 0 ? static_cast<std::size_t>(sent) : 0);
  unsent->request.data = unsent;
  const uv_buf_t rest =
      uv_buf_init(unsent->bytes.data(), static_cast<unsigned>(unsent->bytes.size()));
  uv_write(&unsent->request, connection, &rest, 1,
           [](uv_write_t* request, int) { delete static_cast<Unsent*>(request->data); });
}

void received(uv_stream_t* connection, ssize_t size, const uv_buf_t*) {
  if (size < 0) {
    uv_close(reinterpret_cast<uv_handle_t*>(connection), forget);
  } else if (size > 0) {
    echo(connection, {buffer.data(), static_cast<std::size_t>(size)});
  }
}

void accepted(uv_stream_t* listener, int) {
  auto* connection = new uv_tcp_t;
  uv_tcp_init(listener->loop, connection);
  auto* stream = reinterpret_cast<uv_stream_t*>(connection);
  if (uv_accept(listener, stream) == 0) {
    uv_read_start(stream, lend, received);
  } else {
    uv_close(reinterpret_cast<uv_handle_t*>(connection), forget);
  }
}

}  // namespace

int main(int argc, char** argv) {
  uv_tcp_t listener;
  uv_tcp_init(uv_default_loop(), &listener);
  uv_tcp_open(&listener, bench::listenOnLoopback(bench::portArgument(argc, argv)));
  uv_listen(reinterpret_cast<uv_stream_t*>(&listener), bench::kBacklog, accepted);
  return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}
