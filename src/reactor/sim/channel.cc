#include "reactor/sim/channel.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

namespace ropewalk::detail {

SimChannel::SimChannel(std::shared_ptr<SimNetwork> network, std::shared_ptr<SimLink> link,
                       SimSocket& socket, bool tcpNoDelay, bool tcpKeepAlive)
    : PolledChannel(socket.host().ready, tcpNoDelay, tcpKeepAlive),
      network_(std::move(network)),
      link_(std::move(link)),
      socket_(socket) {
  socket_.setWatcher(this);
}

SimChannel::~SimChannel() {
  socket_.close(resets_);
  SimHost& host = socket_.host();
  if (ownsPort_) host.releasePort(socket_.address().port());
  host.releaseDescriptor();
}

// A file is the real system's: the simulated kernel copies from it what it has room for.
Transfer SimChannel::sendFile(int file, std::uint64_t offset, std::size_t count) {
  std::string copy(std::min(count, std::max<std::size_t>(socket_.room(), 1)), '\0');
  const ssize_t got = ::pread(file, copy.data(), copy.size(), static_cast<off_t>(offset));
  if (got < 0) return {.bytes = -1, .error = errno};
  const iovec piece{copy.data(), static_cast<std::size_t>(got)};
  return socket_.send(&piece, 1);
}

}  // namespace ropewalk::detail
