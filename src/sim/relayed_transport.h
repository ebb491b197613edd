#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "ropewalk/failure.h"
#include "sim/protocol_relay.h"
#include "transport/connection.h"

namespace ropewalk::detail {

// The transport of a protocol that its connection knows through a relay: the connection's own
// methods, but for taking note of the protocol.
class RelayedTransport final : public Transport {
 public:
  RelayedTransport(Ref<Connection> connection, std::shared_ptr<ProtocolRelay> relay)
      : connection_(std::move(connection)), relay_(std::move(relay)) {}

  // What is registered now, or null; the connection owns it.
  std::shared_ptr<Producer> producer() const { return connection_->producer(); }
  Streaming streaming() const { return connection_->streaming(); }

  void write(std::string_view bytes) override { connection_->write(bytes); }
  void write(const SharedBytes& bytes) override { connection_->write(bytes); }
  void writeFile(int fd, std::uint64_t offset, std::uint64_t count) override {
    connection_->writeFile(fd, offset, count);
  }
  void loseConnection(Linger linger) override { connection_->loseConnection(linger); }
  void loseConnection(Failure why) override { connection_->loseConnection(std::move(why)); }
  void abortConnection() override { connection_->abortConnection(); }
  void abortConnection(Failure why) override { connection_->abortConnection(std::move(why)); }
  void cutShort(Failure why) override { connection_->cutShort(std::move(why)); }
  void loseWriteConnection() override { connection_->loseWriteConnection(); }
  void pauseProducing() override { connection_->pauseProducing(); }
  void resumeProducing() override { connection_->resumeProducing(); }
  void registerProducer(std::shared_ptr<Producer> producer, Streaming streaming) override {
    connection_->registerProducer(std::move(producer), streaming);
  }
  void unregisterProducer() override { connection_->unregisterProducer(); }
  bool awaitRoom(RoomWaiter& waiter, std::size_t atMost) override {
    return connection_->awaitRoom(waiter, atMost);
  }
  void setReadWhileBlocked(bool on) override { connection_->setReadWhileBlocked(on); }
  void setIdle(bool on) override { connection_->setIdle(on); }
  void setLimits(const ConnectionLimits& limits) override { connection_->setLimits(limits); }
  ConnectionLimits limits() const override { return connection_->limits(); }
  bool isConnected() const override { return connection_->isConnected(); }
  bool isDisconnecting() const override { return connection_->isDisconnecting(); }
  std::size_t unsentBytes() const override { return connection_->unsentBytes(); }
  Address getPeer() const override { return connection_->getPeer(); }
  Address getHost() const override { return connection_->getHost(); }
  void setTcpNoDelay(bool on) override { connection_->setTcpNoDelay(on); }
  bool getTcpNoDelay() const override { return connection_->getTcpNoDelay(); }
  void setTcpKeepAlive(bool on) override { connection_->setTcpKeepAlive(on); }
  bool getTcpKeepAlive() const override { return connection_->getTcpKeepAlive(); }
  std::string logPrefix() const override { return connection_->logPrefix(); }
  Reactor& reactor() const override { return connection_->reactor(); }

 private:
  // A protocol that wraps others hands this transport on to them, and stays the one that is told.
  void attached(Protocol& protocol) override {
    if (!relay_->hasTarget()) relay_->setTarget(&protocol);
  }
  void writeOwned(std::string bytes) override {
    static_cast<Transport&>(*connection_).write(std::move(bytes));
  }

  const Ref<Connection> connection_;
  const std::shared_ptr<ProtocolRelay> relay_;
};

}  // namespace ropewalk::detail
