#pragma once

#include <memory>

#include "reactor/sim/link.h"
#include "reactor/sim/network.h"
#include "reactor/sim/polled_channel.h"

namespace ropewalk::detail {

// One end of a simulated connection as a program holds it: a descriptor.
class SimChannel final : public PolledChannel {
 public:
  // `socket` is one of the two of `link`, and its host has given a descriptor for this.
  SimChannel(std::shared_ptr<SimNetwork> network, std::shared_ptr<SimLink> link, SimSocket& socket,
             bool tcpNoDelay, bool tcpKeepAlive);
  ~SimChannel() override;

  Transfer receive(char* buffer, std::size_t size) override {
    return socket_.receive(buffer, size);
  }
  Transfer send(const iovec* pieces, int count) override { return socket_.send(pieces, count); }
  Transfer sendFile(int file, std::uint64_t offset, std::size_t count) override;
  std::size_t unacknowledged() const override { return socket_.unacknowledged(); }
  std::size_t unread() const override { return socket_.unread(); }
  void shutdownWrite() override { socket_.shutdownWrite(); }
  void resetOnClose() override { resets_ = true; }
  Address peer() const override { return socket_.peer().address(); }
  Address host() const override { return socket_.address(); }

  // The local port is this connection's alone, and free when it is closed.
  void ownPort() noexcept { ownsPort_ = true; }

 private:
  bool isReadable() const noexcept override { return socket_.isReadable(); }
  bool isWritable() const noexcept override { return socket_.isWritable(); }
  bool isReset() const noexcept override { return socket_.isReset(); }
  int takeError() noexcept override { return socket_.takeError(); }

  const std::shared_ptr<SimNetwork> network_;
  const std::shared_ptr<SimLink> link_;
  SimSocket& socket_;
  bool resets_ = false;
  bool ownsPort_ = false;
};

}  // namespace ropewalk::detail
