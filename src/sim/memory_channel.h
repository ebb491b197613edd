#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <string>

#include "reactor/sim/polled_channel.h"
#include "ropewalk/detail/byte_queue.h"

namespace ropewalk::detail {

class MemoryChannel;

// The far end of a memory channel, in somebody's hands. Outlives the channel.
struct MemoryPeer {
  std::string written;  // what the channel has sent
  std::size_t room = std::numeric_limits<std::size_t>::max();
  ByteQueue coming;  // what it has not received yet
  bool finished = false;
  bool reset = false;
  int error = 0;

  bool told = false;     // the channel has sent its end
  bool closed = false;   // it is gone ...
  bool aborted = false;  // ... with a reset

  MemoryChannel* channel = nullptr;  // while there is one
};

// A wire to memory.
class MemoryChannel final : public PolledChannel {
 public:
  MemoryChannel(SimReadyList& ready, std::shared_ptr<MemoryPeer> far, const Address& peer,
                const Address& host);
  ~MemoryChannel() override;

  // After a change of the far end.
  void farChanged() { changed(); }

  Transfer receive(char* buffer, std::size_t size) override;
  Transfer send(const iovec* pieces, int count) override;
  Transfer sendFile(int file, std::uint64_t offset, std::size_t count) override;
  std::size_t unacknowledged() const override { return 0; }
  std::size_t unread() const override { return far_->coming.size(); }
  void shutdownWrite() override { far_->told = true; }
  void resetOnClose() override { resets_ = true; }
  Address peer() const override { return peer_; }
  Address host() const override { return host_; }

 private:
  bool isReadable() const noexcept override {
    return !far_->coming.empty() || far_->finished || far_->reset;
  }
  bool isWritable() const noexcept override { return far_->room > 0 || far_->reset; }
  bool isReset() const noexcept override { return far_->reset; }
  int takeError() noexcept override;

  const std::shared_ptr<MemoryPeer> far_;
  const Address peer_;
  const Address host_;
  bool resets_ = false;
};

}  // namespace ropewalk::detail
