// Forwards each connection to another server. A slow side slows the other one down (backpressure),
// so the proxy uses little memory. Either side may finish first (half-close).
//
//   $ ./tcp_proxy
//
// In another terminal:
//
//   $ printf 'hello\nthere\n' | nc -N 127.0.0.1 8000
//   hello
//   there
//
// That answer comes from an echo server in the same program. `./tcp_proxy 8000 example.org 80`
// passes the connections on to another host.

#include <ropewalk/echo.h>
#include <ropewalk/ropewalk.h>

#include <iostream>

using namespace ropewalk;

// Stops reading on one side while the other side has too much to send.
class Valve : public Producer {
 public:
  explicit Valve(TransportRef source) : source_(std::move(source)) {}
  void pauseProducing() override { source_->pauseProducing(); }
  void resumeProducing() override { source_->resumeProducing(); }
  void stopProducing() override {}

 private:
  TransportRef source_;
};

class Side : public Protocol {
 public:
  // Both are connected: what one receives, the other one sends.
  static void join(Side& one, Side& other) {
    one.sendTo(other);
    other.sendTo(one);
  }

  void dataReceived(std::string_view data) override { other_->write(data); }

  // This peer sends no more, but may still receive.
  void readConnectionLost() override {
    other_->unregisterProducer();
    other_->loseWriteConnection();
  }
  void connectionLost(const Failure& why) override {
    other_->unregisterProducer();
    if (why.check<ConnectionDone>()) return other_->loseConnection();
    other_->abortConnection();  // partial data must not look complete
  }

  // A drain waits for both peers until its deadline.
  void drainRequested() override {}

 private:
  void sendTo(Side& other) {
    other_ = other.transport;
    other_->registerProducer(std::make_shared<Valve>(transport), Streaming::Push);
  }

  TransportRef other_;
};

struct Target {
  std::string host;
  int port = 0;
};

// The client's side. Paused until the target is connected.
class Client : public Side, public std::enable_shared_from_this<Client> {
 public:
  explicit Client(Target target) : target_(std::move(target)) {}
  void connectionMade() override;
  void connectionLost(const Failure& why) override {
    if (connector_) connector_->disconnect();  // it may still be connecting
    Side::connectionLost(why);
  }

 private:
  Target target_;
  std::shared_ptr<Connector> connector_;
};

// The target's side.
class Upstream : public Side {
 public:
  explicit Upstream(std::shared_ptr<Client> client) : client_(std::move(client)) {}
  void connectionMade() override {
    join(*this, *client_);
    client_->transport->resumeProducing();
    client_.reset();
  }

 private:
  std::shared_ptr<Client> client_;
};

class UpstreamFactory : public ClientFactory {
 public:
  explicit UpstreamFactory(std::shared_ptr<Client> client) : client_(std::move(client)) {}
  std::shared_ptr<Protocol> buildProtocol(const Address&) override {
    return std::make_shared<Upstream>(std::move(client_));
  }
  void clientConnectionFailed(Connector&, const Failure& why) override {
    logWarning("no connection to the target: {}", why);
    client_->transport->abortConnection();
  }

 private:
  std::shared_ptr<Client> client_;
};

void Client::connectionMade() {
  transport->pauseProducing();
  auto upstream = std::make_shared<UpstreamFactory>(shared_from_this());
  connector_ = reactor().connectTCP(target_.host, target_.port, std::move(upstream));
}

int main(int argc, char** argv) try {
  std::shared_ptr<ListeningPort> ours;
  Target target;
  if (argc > 3) {
    target = {argv[2], portNumber(argv[3])};
  } else {
    ours = reactor().listenTCP(0, Factory::forProtocol<echo::Echo>(), {"127.0.0.1"});
    target = {"127.0.0.1", ours->getHost().port()};
  }
  const int port = argc > 1 ? portNumber(argv[1]) : 8000;
  reactor().listenTCP(port, Factory::forProtocol<Client>(target));
  reactor().run();
} catch (const std::exception& error) {
  std::cerr << "tcp_proxy: " << error.what() << "\n";
  return 2;
}
