#include <stdexcept>
#include <string>

#include "ropewalk/connection_limits.h"
#include "ropewalk/error.h"
#include "ropewalk/failure.h"
#include "ropewalk/file_descriptor.h"
#include "ropewalk/transport.h"

namespace ropewalk {

namespace {

// The target of a TransportRef before there is a connection: every call does nothing.
class DeadTransport final : public Transport {
 public:
  DeadTransport() { makeImmortal(); }

  void write(std::string_view) override {}
  void write(const SharedBytes&) override {}
  void writeFile(FileDescriptor, std::uint64_t, std::uint64_t) override {}
  void loseConnection(Linger) override {}
  void loseConnection(Failure) override {}
  void abortConnection() override {}
  void abortConnection(Failure) override {}
  void cutShort(Failure) override {}
  void loseWriteConnection() override {}
  void switchProtocol(std::shared_ptr<Protocol> next, std::string) override {
    if (!next) throw std::invalid_argument("switchProtocol: no protocol");
  }
  void pauseProducing() override {}
  void resumeProducing() override {}
  void unread(std::string) override {}
  bool isBlocked() const override { return false; }
  void registerProducer(std::shared_ptr<Producer> producer, Streaming) override {
    if (!producer) throw std::invalid_argument("registerProducer: no producer");
    producer->stopProducing();
  }
  void unregisterProducer() override {}
  bool awaitRoom(RoomWaiter&, std::size_t) override { return false; }
  void setReadWhileBlocked(bool) override {}
  void setIdle(bool) override {}
  void setLimits(const ConnectionLimits&) override {}
  ConnectionLimits limits() const override { return {}; }
  bool isConnected() const override { return false; }
  bool isDisconnecting() const override { return true; }
  std::size_t unsentBytes() const override { return 0; }
  Address getPeer() const override { return {}; }
  Address getHost() const override { return {}; }
  void setTcpNoDelay(bool) override {}
  bool getTcpNoDelay() const override { return false; }
  void setTcpKeepAlive(bool) override {}
  bool getTcpKeepAlive() const override { return false; }
  std::string logPrefix() const override { return "-"; }
  Reactor& reactor() const override { throw Error("this transport was never connected"); }

 private:
  void writeOwned(std::string) override {}
};

// One for all threads, never destroyed: the destructor of a global object may create a protocol.
Transport& deadTransport() {
  static DeadTransport& dead = *new DeadTransport;
  return dead;
}

}  // namespace

TransportRef::TransportRef() noexcept : transport_(&deadTransport()) {}

}  // namespace ropewalk
