#include "ropewalk/sim/string_transport.h"

#include <cerrno>
#include <memory>
#include <string>
#include <utility>

#include "reactor/sim/sim_driver.h"
#include "ropewalk/failure.h"
#include "ropewalk/protocol.h"
#include "ropewalk/reactor.h"
#include "sim/memory_channel.h"
#include "sim/timeline.h"
#include "transport/connection.h"

namespace ropewalk::sim {

namespace {

class DefaultLimits final : public detail::ConnectionMaker {
 public:
  void connectionEnded(const Failure&) noexcept override {}
  const ConnectionLimits& limits() const noexcept override { return limits_; }

 private:
  const ConnectionLimits limits_{};
};

// Stands where no protocol is.
class NoProtocol final : public Protocol {
 public:
  std::string logPrefix() const override { return "-"; }
};

}  // namespace

// A network of one host, and one connection that leads out of it.
class StringTransport::Stage {
 public:
  explicit Stage(const Address& peer)
      : network_(std::make_shared<detail::SimNetwork>(1)),
        host_(network_->addHost("test")),
        driver_(new detail::SimDriver(network_, host_, detail::SimDriver::Clockwork::World)),
        reactor_(std::unique_ptr<detail::Driver>(driver_)),
        timeline_(network_),
        connection_(new detail::Connection(core().turn(), channelTo(peer),
                                           detail::Ref<detail::ConnectionMaker>(new DefaultLimits),
                                           /*session=*/0)) {
    core().start();
    timeline_.add(core(), *driver_);
    connection_->startWithout(nobody_);
  }
  ~Stage() { connection_->letGoOfProtocol(nobody_); }

  detail::Timeline& timeline() noexcept { return timeline_; }
  detail::MemoryPeer& far() noexcept { return *far_; }
  detail::Connection& transport() noexcept { return *connection_; }

  // Lets happen what can happen, unless this is part of it.
  Stage& settle() {
    if (timeline_.isPlaying()) return *this;
    timeline_.touch();
    while (timeline_.round()) {
    }
    return *this;
  }

  void farChanged() {
    if (far_->channel) far_->channel->farChanged();
    settle();
  }

 private:
  detail::ReactorCore& core() { return detail::ReactorCore::of(reactor_); }

  std::unique_ptr<detail::Channel> channelTo(const Address& peer) {
    return std::make_unique<detail::MemoryChannel>(host_.ready, far_, peer,
                                                   host_.address(peer.family(), 8000));
  }

  const std::shared_ptr<detail::MemoryPeer> far_ = std::make_shared<detail::MemoryPeer>();
  const std::shared_ptr<Protocol> nobody_ = std::make_shared<NoProtocol>();
  const std::shared_ptr<detail::SimNetwork> network_;
  detail::SimHost& host_;
  detail::SimDriver* const driver_;  // the reactor's
  Reactor reactor_;
  detail::Timeline timeline_;
  const detail::Ref<detail::Connection> connection_;
};

StringTransport::StringTransport(const Address& peer) : stage_(std::make_unique<Stage>(peer)) {}

StringTransport::~StringTransport() {
  // What goes with it may ask for reactor().
  const CurrentReactor current(reactor());
  stage_.reset();
}

StringTransport::operator AtWork() const { return AtWork(stage_->transport()); }

Transport* StringTransport::operator->() const { return &stage_->transport(); }

const std::string& StringTransport::value() { return stage_->settle().far().written; }

std::string StringTransport::takeWritten() {
  return std::exchange(stage_->settle().far().written, {});
}

void StringTransport::clear() { takeWritten(); }

void StringTransport::setRoom(std::size_t bytes) {
  stage_->settle().far().room = bytes;
  stage_->farChanged();
}

void StringTransport::deliver(std::string_view bytes) {
  stage_->settle().far().coming.append(bytes);
  stage_->farChanged();
}

void StringTransport::peerCloses() {
  stage_->settle().far().finished = true;
  stage_->farChanged();
}

void StringTransport::peerResets() {
  stage_->settle().far().reset = true;
  stage_->far().error = stage_->far().finished ? EPIPE : ECONNRESET;
  stage_->farChanged();
}

bool StringTransport::isDisconnecting() { return stage_->settle().transport().isDisconnecting(); }

bool StringTransport::isFinished() {
  const detail::MemoryPeer& far = stage_->settle().far();
  return far.told || (far.closed && !far.aborted && !far.reset);
}

bool StringTransport::isDisconnected() { return stage_->settle().far().closed; }

bool StringTransport::isAborted() { return stage_->settle().far().aborted; }

bool StringTransport::isReading() {
  const detail::MemoryPeer& far = stage_->settle().far();
  return far.channel && far.channel->wantsRead();
}

Producer* StringTransport::producer() const { return stage_->transport().producer().get(); }

Streaming StringTransport::streaming() const { return stage_->transport().streaming(); }

Reactor& StringTransport::reactor() { return stage_->transport().reactor(); }

void StringTransport::settle() { stage_->settle(); }

void StringTransport::advance(Duration amount) { stage_->timeline().advance(amount); }

}  // namespace ropewalk::sim
