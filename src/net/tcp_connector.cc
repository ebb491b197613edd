#include "net/tcp_connector.h"

#include <system_error>
#include <utility>

#include "ropewalk/error.h"
#include "ropewalk/failure.h"
#include "ropewalk/log.h"

namespace ropewalk::detail {

namespace {

// Calls a hook of the factory: what it throws is logged, and the next one is called all the same
// (LF16).
template <typename Call>
void hook(const Call& call) noexcept {
  try {
    call();
  } catch (...) {
    const Failure thrown = Failure::current();
    logError("a client factory threw {}: {}", thrown.typeName(), thrown);
  }
}

}  // namespace

class TcpConnector::Made final : public ConnectionMaker {
 public:
  explicit Made(std::shared_ptr<TcpConnector> connector) : connector_(std::move(connector)) {}

  void connectionEnded(const Failure& why) noexcept override { connector_->lost(why); }
  const ConnectionLimits& limits() const noexcept override { return connector_->options_.limits; }

 private:
  std::shared_ptr<TcpConnector> connector_;
};

TcpConnector::TcpConnector(ReactorCore& core, const Address& destination,
                           std::shared_ptr<ClientFactory> factory, const ConnectOptions& options)
    : core_(core), destination_(destination), factory_(std::move(factory)), options_(options) {
  if (!options.bindHost.empty() || options.bindPort != 0) {
    bind_ = Address::parse(options.bindHost, options.bindPort);
  }
}

TcpConnector::~TcpConnector() = default;

void TcpConnector::connect() {
  if (state_ != State::Disconnected) throw AlreadyConnecting();
  if (!started_) factory_->doStart();
  started_ = true;
  state_ = State::Connecting;
  core_.add(shared_from_this());
  hook([this] { factory_->startedConnecting(*this); });
  if (state_ == State::Connecting) begin();
}

void TcpConnector::begin() noexcept {
  Connecting connecting;
  try {
    connecting = core_.driver().connect(destination_, bind_, options_);
  } catch (...) {
    return failLater(Failure::current());
  }
  if (!connecting.channel) return failLater(failureOf(connecting.error, connecting.binding));
  channel_ = std::move(connecting.channel);
  channel_->setOwner(*this);
  deadline_ = core_.timers().schedule(options_.timeout, [this] {
    fail(Failure::of(TimeoutError("connect " + destination_.text() + ": no answer in time")));
  });
  channel_->setInterest(Interest::Write);
}

void TcpConnector::broken(int error) noexcept { failLater(failureOf(error, false)); }

void TcpConnector::writeReady() noexcept {
  const std::shared_ptr<TcpConnector> self = shared_from_this();
  const int error = channel_->connectResult();
  if (error != 0) return fail(failureOf(error, false));
  deadline_.cancel();
  channel_->setInterest(Interest::Nothing);
  connected();
}

void TcpConnector::connected() noexcept {
  std::shared_ptr<Protocol> protocol;
  try {
    protocol = factory_->buildProtocol(destination_);
  } catch (...) {
    const Failure thrown = Failure::current();
    logError("{}: building a protocol threw {}: {}", factory_->logPrefix(), thrown.typeName(),
             thrown);
    return fail(Failure::of(ConnectError("buildProtocol: " + std::string(thrown.what()))));
  }
  state_ = State::Connected;
  if (!protocol) {
    channel_.reset();
    return lost(Failure::connectionDone());  // refused by ourselves (PT13)
  }
  if (!protocol->factory) protocol->factory = factory_;
  const Ref<ConnectionMaker> made(new Made(shared_from_this()));
  connection_ = Ref(new Connection(core_.turn(), std::move(channel_), made, Connection::kClient));
  connection_->start(std::move(protocol));
}

void TcpConnector::lost(const Failure& why) noexcept {
  const std::shared_ptr<TcpConnector> self = shared_from_this();
  connection_ = {};
  idle();
  hook([&] { factory_->clientConnectionLost(*this, why); });
  if (state_ != State::Disconnected) return;  // connecting again (PT19)
  started_ = false;
  factory_->doStop();
}

// For what is known before connect() has returned (PT16).
void TcpConnector::failLater(Failure why) noexcept {
  if (channel_) channel_->setInterest(Interest::Nothing);
  failing_ = core_.timers().schedule(0s, [this, why = std::move(why)] { fail(why); });
}

void TcpConnector::fail(const Failure& why) noexcept {
  const std::shared_ptr<TcpConnector> self = shared_from_this();
  const Failure reason = why;
  idle();
  channel_.reset();
  hook([&] { factory_->clientConnectionFailed(*this, reason); });
  if (state_ != State::Disconnected) return;
  started_ = false;
  factory_->doStop();
}

void TcpConnector::idle() noexcept {
  state_ = State::Disconnected;
  if (deadline_.active()) deadline_.cancel();
  if (failing_.active()) failing_.cancel();
  core_.remove(*this);
}

void TcpConnector::stopConnecting() {
  if (state_ != State::Connecting) throw NotConnectingError();
  fail(Failure::of(UserError()));
}

void TcpConnector::disconnect() {
  if (state_ == State::Connecting) return stopConnecting();
  if (state_ == State::Connected && connection_) connection_->loseConnection(Linger::Yes);
}

void TcpConnector::drain() noexcept {
  if (state_ == State::Connecting) fail(Failure::of(UserError()));
}

void TcpConnector::reactorStopped() noexcept {
  if (state_ == State::Connecting) fail(Failure::connectionLost());
}

Failure TcpConnector::failureOf(int error, bool binding) const {
  if (!binding) return connectErrorFor(error, "connect " + destination_.text());
  const std::error_code code(error, std::generic_category());
  return Failure::of(ConnectBindError("bind " + bind_.text() + ": " + code.message(), code));
}

}  // namespace ropewalk::detail
