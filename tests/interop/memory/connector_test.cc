// Out of memory ends a connection, not the process: connections that we open. G3.

#include "ropewalk/connector.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>

#include "interop/memory/shortage.h"
#include "support/raw_socket.h"

namespace ropewalk::test {
namespace {

// The side that we opened: goes when the other one goes, and takes it along.
class Back : public Protocol {
 public:
  Back(TransportRef front, std::shared_ptr<TransportRef> self)
      : front_(std::move(front)), self_(std::move(self)) {}
  void connectionMade() override {
    *self_ = transport;
    front_->write("connected\n");
  }
  void connectionLost(const Failure&) override { front_->loseConnection(); }

 private:
  TransportRef front_;
  std::shared_ptr<TransportRef> self_;
};

class Opening final : public ClientFactory {
 public:
  Opening(TransportRef front, std::shared_ptr<TransportRef> back)
      : front_(std::move(front)), back_(std::move(back)) {}
  std::shared_ptr<Protocol> buildProtocol(const Address&) override {
    return std::make_shared<Booked<Back>>(front_, back_);
  }
  void clientConnectionFailed(Connector&, const Failure& why) override {
    front_->loseConnection(why);
  }

 private:
  TransportRef front_;
  std::shared_ptr<TransportRef> back_;
};

// Opens a connection to somewhere else for each that it accepts.
class Relay : public Protocol {
 public:
  explicit Relay(const Address& beyond) : beyond_(beyond) {}

  void connectionMade() override {
    connector_ = transport->reactor().connectTCP(beyond_.host(), beyond_.port(),
                                                 std::make_shared<Opening>(transport, back_));
  }
  void dataReceived(std::string_view data) override { transport->write(data); }
  void connectionLost(const Failure&) override {
    (*back_)->abortConnection();
    if (connector_) connector_->disconnect();
  }

 private:
  const Address beyond_;
  std::shared_ptr<TransportRef> back_ = std::make_shared<TransportRef>();
  std::shared_ptr<Connector> connector_;
};

TEST_CASE("a connection that we open survives a shortage of memory [G3]") {
  const RawSocket beyond = RawSocket::listening(4096);
  const Address address = Address::parse("127.0.0.1", beyond.port());
  surviveShortages(
      {.factory = [&](Reactor&) { return Factory::forProtocol<Booked<Relay>>(address); },
       .peers = {{{.until = "connected\n"}, {.say = "hello\n", .until = "hello\n"}}}});
}

TEST_CASE("a connection that is refused survives a shortage of memory [G3]") {
  const RawSocket refusing = RawSocket::bound();
  const Address nobody = Address::parse("127.0.0.1", refusing.port());
  surviveShortages(
      {.factory = [&](Reactor&) { return Factory::forProtocol<Booked<Relay>>(nobody); },
       .peers = {{{}}}});
}

}  // namespace
}  // namespace ropewalk::test
