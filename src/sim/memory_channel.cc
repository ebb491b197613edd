#include "sim/memory_channel.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

namespace ropewalk::detail {

MemoryChannel::MemoryChannel(SimReadyList& ready, std::shared_ptr<MemoryPeer> far,
                             const Address& peer, const Address& host)
    : PolledChannel(ready, true, true), far_(std::move(far)), peer_(peer), host_(host) {
  far_->channel = this;
}

MemoryChannel::~MemoryChannel() {
  far_->channel = nullptr;
  far_->closed = true;
  far_->aborted = !far_->reset && (resets_ || !far_->coming.empty());
}

Transfer MemoryChannel::receive(char* buffer, std::size_t size) {
  if (!far_->coming.empty()) {
    const std::size_t count = far_->coming.bytes().copy(buffer, size);
    far_->coming.drop(count);
    return {.bytes = static_cast<std::ptrdiff_t>(count)};
  }
  if (far_->finished) return {};
  if (far_->error != 0) return {.bytes = -1, .error = takeError()};
  if (far_->reset) return {};
  return {.bytes = -1, .error = EAGAIN};
}

Transfer MemoryChannel::send(const iovec* pieces, int count) {
  if (far_->error != 0) return {.bytes = -1, .error = takeError()};
  if (far_->reset || far_->told) return {.bytes = -1, .error = EPIPE};
  std::size_t sent = 0;
  bool wanted = false;
  for (int i = 0; i < count; ++i) {
    const std::size_t taken = std::min(pieces[i].iov_len, far_->room);
    far_->written.append(static_cast<const char*>(pieces[i].iov_base), taken);
    if (far_->room != std::numeric_limits<std::size_t>::max()) far_->room -= taken;
    sent += taken;
    wanted = wanted || pieces[i].iov_len > 0;
  }
  if (sent == 0 && wanted) return {.bytes = -1, .error = EAGAIN};
  return {.bytes = static_cast<std::ptrdiff_t>(sent)};
}

Transfer MemoryChannel::sendFile(int file, std::uint64_t offset, std::size_t count) {
  constexpr std::size_t kSlice = 64 * 1024;
  std::string copy(std::min({count, std::max<std::size_t>(far_->room, 1), kSlice}), '\0');
  const ssize_t got = ::pread(file, copy.data(), copy.size(), static_cast<off_t>(offset));
  if (got < 0) return {.bytes = -1, .error = errno};
  const iovec piece{copy.data(), static_cast<std::size_t>(got)};
  return send(&piece, 1);
}

int MemoryChannel::takeError() noexcept { return std::exchange(far_->error, 0); }

}  // namespace ropewalk::detail
