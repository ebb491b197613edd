// One attempt goes through connect(), lookedUp(), race() and raceWon(). An attempt that fails ends
// in fail(), after which the factory may connect again.

#include "net/tcp_connector.h"

#include <system_error>
#include <utility>

#include "async/failure_of.h"
#include "log/tell_if_possible.h"
#include "ropewalk/error.h"
#include "ropewalk/failure.h"
#include "ropewalk/log.h"

namespace ropewalk::detail {

namespace {

// Calls a hook of the factory. An exception is logged, and later hooks are called all the same
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

TcpConnector::TcpConnector(ReactorCore& core, std::string_view host, int port,
                           std::shared_ptr<ClientFactory> factory, const ConnectOptions& options)
    : core_(core),
      name_(Address::isLiteral(host) ? "" : host),
      port_(Address::parse("", port).port()),
      destination_(name_.empty() ? Address::parse(host, port) : Address()),
      target_(name_.empty() ? destination_.text() : name_ + ":" + std::to_string(port)),
      factory_(std::move(factory)),
      options_(options) {
  bind_ = Address::parse(options.bindHost, options.bindPort);
  if (options.bindHost.empty()) bind_ = Address().withPort(bind_.port());  // of any family
}

TcpConnector::~TcpConnector() = default;

void TcpConnector::connect() {
  if (state_ != State::Disconnected || starting_) throw AlreadyConnecting();
  starting_ = true;  // startFactory() may call connect()
  try {
    core_.add(self());
    deadline_ = core_.timers().schedule(options_.timeout, [this] { timeIsOver(); });
    if (!started_) factory_->doStart();
  } catch (...) {
    idle();
    throw;
  }
  starting_ = false;
  started_ = true;
  state_ = State::Connecting;
  const std::uint64_t attempt = ++attempts_;
  hook([this] { factory_->startedConnecting(*this); });
  // The factory may have stopped this attempt, and may have started another one.
  if (state_ != State::Connecting || attempt != attempts_) return;
  guarded([this] { begin(); });
}

// An error before the first packet (out of memory or descriptors) is a failed attempt.
template <typename Step>
void TcpConnector::guarded(const Step& step) noexcept {
  try {
    step();
  } catch (...) {
    failLater(Failure::current());
  }
}

void TcpConnector::begin() {
  if (core_.isEnding()) throw UserError();  // too late to be notified of the end
  if (name_.empty()) return race({destination_});
  const std::string_view fault = sys::faultIn(name_);
  if (!fault.empty()) throw UnknownHostError("connect " + target_ + ": " + std::string(fault));
  lookup_ = core_.driver().lookUp(name_, *this);
}

void TcpConnector::lookedUp(sys::NameAnswer answer) noexcept {
  const std::shared_ptr<TcpConnector> kept = self();
  lookup_.reset();
  guarded([&] {
    if (answer.addresses.empty()) throw UnknownHostError("connect " + target_ + ": " + answer.why);
    for (Address& address : answer.addresses) {
      address = address.withPort(port_);
    }
    race(answer.addresses);
  });
}

void TcpConnector::race(const std::vector<Address>& addresses) {
  RaceOwner& owner = *this;
  race_ = std::make_unique<AddressRace>(core_, owner, addresses,
                                        AddressRace::Terms{target_, bind_, options_});
  race_->start();
}

void TcpConnector::timeIsOver() noexcept { fail(failing_ ? failing_ : tookTooLong()); }

Failure TcpConnector::tookTooLong() const noexcept {
  return failureFrom([this] {
    const std::string what =
        race_ ? "no answer in time" + race_->tried() : "its name has no answer";
    return Failure::of(TimeoutError("connect " + target_ + ": " + what));
  });
}

void TcpConnector::raceWon(std::unique_ptr<Channel> channel, const Address& peer) noexcept {
  const std::shared_ptr<TcpConnector> kept = self();
  const std::unique_ptr<AddressRace> race = std::move(race_);  // the race is calling us
  destination_ = peer;
  if (deadline_.active()) deadline_.cancel();
  connected(std::move(channel));
}

void TcpConnector::connected(std::unique_ptr<Channel> channel) noexcept {
  state_ = State::Connected;
  std::shared_ptr<Protocol> protocol;
  try {
    protocol = factory_->buildProtocol(destination_);
    if (!core_.isOurs()) return;
    if (!protocol) {
      channel.reset();
      return lost(Failure::connectionDone());  // refused by ourselves (PT13)
    }
    if (!protocol->factory) protocol->factory = factory_;
    const Ref<ConnectionMaker> made(new Made(self()));
    channel = factory_->filtered(std::move(channel));
    connection_ = Ref(new Connection(core_.turn(), std::move(channel), made, Connection::kClient));
  } catch (...) {
    return fail(buildingThrew(Failure::current()));
  }
  connection_->start(std::move(protocol));
  if (std::exchange(leaving_, false)) connection_->loseConnection(Linger::Yes);
}

Failure TcpConnector::buildingThrew(const Failure& thrown) noexcept {
  return failureFrom([&] {
    logError("{}: building a protocol threw {}: {}", factory_->logPrefix(), thrown.typeName(),
             thrown);
    return Failure::of(ConnectError("buildProtocol: " + std::string(thrown.what())));
  });
}

void TcpConnector::lost(const Failure& why) noexcept {
  const std::shared_ptr<TcpConnector> kept = self();
  connection_ = {};
  idle();
  hook([&] { factory_->clientConnectionLost(*this, why); });
  letFactoryGo();
}

// Unless it is connecting again (PT19), or connected again in the hook and gave up.
void TcpConnector::letFactoryGo() noexcept {
  if (state_ == State::Disconnected && std::exchange(started_, false)) factory_->doStop();
}

// For a failure that is known before connect() returns (PT16). Uses the timer of the timeout,
// because there may be no memory for another one.
void TcpConnector::failLater(Failure why) noexcept {
  if (failing_) return;
  failing_ = std::move(why);
  if (deadline_.active()) return deadline_.reset(0s);
  deadline_ = core_.timers().schedule(0s, [this] { timeIsOver(); });  // it was already cancelled
}

void TcpConnector::fail(const Failure& why) noexcept {
  const std::shared_ptr<TcpConnector> kept = self();
  const Failure reason = why;
  idle();
  hook([&] { factory_->clientConnectionFailed(*this, reason); });
  letFactoryGo();
}

void TcpConnector::idle() noexcept {
  state_ = State::Disconnected;
  if (deadline_.active()) deadline_.cancel();
  failing_ = {};
  starting_ = leaving_ = false;
  lookup_.reset();
  race_.reset();
  core_.remove(*this);
}

void TcpConnector::stopConnecting() {
  if (state_ != State::Connecting) throw NotConnectingError();
  fail(failureOf<UserError>());
}

void TcpConnector::disconnect() {
  if (state_ == State::Connecting) return stopConnecting();
  if (state_ != State::Connected) return;
  if (connection_) return connection_->loseConnection(Linger::Yes);
  leaving_ = true;
}

void TcpConnector::drain() noexcept {
  if (state_ == State::Connecting) fail(failureOf<UserError>());
}

void TcpConnector::reactorStopped() noexcept {
  if (state_ == State::Connecting) fail(Failure::connectionLost());
}

}  // namespace ropewalk::detail
