#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ropewalk/connection_limits.h"
#include "ropewalk/error.h"
#include "ropewalk/protocol.h"
#include "ropewalk/reactor.h"
#include "sim/lifecycle/ledger.h"
#include "sim/lifecycle/spring.h"

namespace ropewalk::test {

// A protocol that does whatever comes to its mind, and knows what may happen to it.
class Actor : public Protocol {
 public:
  explicit Actor(Ledger* ledger) : ledger_(*ledger), random_(ledger->random) {
    ledger_.alive.push_back(this);
  }
  ~Actor() override { std::erase(ledger_.alive, this); }

  void connectionMade() override {
    const Inside inside(*this);
    ledger_.expect(!made_, "made once [LF1]");
    made_ = true;
    ++ledger_.made;
    act();
    later();
  }

  void dataReceived(std::string_view data) override {
    const Inside inside(*this);
    ledger_.expect(made_ && !lost_, "data between made and lost [LF1] [LF4]");
    ledger_.expect(!data.empty(), "data is never empty [LF2]");
    ledger_.expect(!closing_, "no data after closing [CL2] [CL8]");
    ledger_.expect(!paused_, "no data while paused [PC1]");
    ledger_.expect(!ended_, "no data after the end of the stream");
    ledger_.expect(data == stretch(received_, data.size()), "the stream in order [LF2]");
    received_ += data.size();
    if (random_.chance(30)) act();
  }

  void readConnectionLost() override {
    const Inside inside(*this);
    ledger_.expect(!ended_ && made_ && !lost_, "the end of the stream once");
    ended_ = true;
    ledger_.heardAll(transport->getPeer(), transport->getHost(), received_);
    if (random_.chance(50)) lose();
  }

  void writeConnectionLost() override {
    const Inside inside(*this);
    ledger_.expect(finished_, "writeConnectionLost only when asked for [HC1]");
    ledger_.expect(!told_ && !lost_, "writeConnectionLost once [HC1]");
    told_ = true;
  }

  void connectionLost(const Failure& why) override {
    const Inside inside(*this);
    ledger_.expect(made_ && !lost_, "lost once, after made [LF3]");
    ledger_.expect(static_cast<bool>(why), "lost for a reason");
    ledger_.expect(!aborted_ || !why.check<ConnectionDone>(), "aborted is not done [CL9]");
    ledger_.expect(!spring_ || spring_->isStopped(), "the producer was told first [PC10]");
    ledger_.expect(!finished_ || told_ || !why.check<ConnectionDone>(), "told of the end [HC1]");
    lost_ = true;
    ++ledger_.lost;
    if (why.check<ConnectionDone>()) {
      ledger_.said(transport->getHost(), transport->getPeer(), sent_);
    }
    transport->write("to nobody");
    transport->loseConnection();
    if (random_.chance(5)) throw std::runtime_error("on the way out");
  }

  void drainRequested() override { lose(); }

  // Whatever comes to its mind, asked from outside.
  void prod() {
    if (!made_ || lost_) return;
    try {
      act();
    } catch (...) {
      // Thrown at the test, which does not mind; but it wanted to go.
      lose();
    }
  }

  // The test wants to go home.
  void goHome() { lose(); }

 private:
  // No callback while another one runs on the same connection.
  struct Inside {
    explicit Inside(Actor& actor) : busy(actor.busy_) {
      actor.ledger_.expect(!busy, "no callback within a callback [LF3]");
      busy = true;
    }
    ~Inside() { busy = false; }
    bool& busy;
  };

  void later() {
    callLater(Duration(1ms) * static_cast<int>(random_.between(0, 3000)), [this] {
      const Inside inside(*this);
      ledger_.expect(!lost_, "no call after the end");
      act();
      later();
    });
  }

  void act() {
    const auto choice = random_.below(100);
    if (choice < 45) return say(random_.between(1, 3000));
    if (choice < 55) return say(random_.between(1, 300'000));
    if (choice < 63) return pause();
    if (choice < 71) return feed();
    if (choice < 79) return lose();
    if (choice < 83) return abort();
    if (choice < 88) return finish();
    if (choice < 90) return transport->setReadWhileBlocked(random_.chance(50));
    if (choice < 91) return limit();
    if (choice < 94) {
      closing_ = true;
      if (random_.chance(50)) throw random_.below(1000);
      throw std::runtime_error("oh no");
    }
  }

  // Whether what is written now goes out: what is dropped is not said (CL5, CL6, HC8).
  bool isHeard() const {
    const bool feeds = spring_ && !spring_->isStopped();
    return ((!closing_ && !finished_) || feeds) && !aborted_ && !lost_;
  }

  void say(std::size_t size) {
    if (!isHeard()) return transport->write("what nobody may hear");
    const std::string bytes = stretch(sent_, size);
    sent_ += size;
    switch (random_.below(3)) {
      case 0:
        return transport->write(std::string_view(bytes));
      case 1:
        return transport->write(std::string(bytes));
      default:
        return transport->write(SharedBytes(bytes));
    }
  }

  void pause() {
    transport->pauseProducing();
    paused_ = true;
    callLater(Duration(1ms) * static_cast<int>(random_.between(0, 2000)), [this] {
      paused_ = false;
      transport->resumeProducing();
    });
  }

  void feed() {
    if (spring_ || !isHeard()) return;
    const Streaming streaming = random_.chance(50) ? Streaming::Push : Streaming::Pull;
    spring_ = std::make_shared<Spring>(
        ledger_, streaming, static_cast<int>(random_.between(1, 20)),
        [this] { say(random_.between(1, 30'000)); },
        [this] {
          transport->unregisterProducer();
          retired_ = std::move(spring_);  // it is still at work
        });
    transport->registerProducer(spring_, streaming);
    const std::shared_ptr<Spring> spring = spring_;
    if (streaming == Streaming::Push) spring->flow();
  }

  void lose() {
    closing_ = true;
    if (random_.chance(20)) return transport->loseConnection(Linger::No);
    transport->loseConnection();
  }

  void abort() {
    aborted_ = closing_ = true;
    if (random_.chance(50)) return transport->abortConnection();
    transport->abortConnection(Failure::of(std::runtime_error("enough")));
  }

  void finish() {
    // On a connection that closes it does nothing.
    finished_ = finished_ || !closing_;
    transport->loseWriteConnection();
  }

  // With a cap, some write will abort the connection.
  void limit() {
    ConnectionLimits limits;
    limits.maxQueued = random_.between(1, 100'000);
    limits.writeHighWater = random_.between(1, 100'000);
    limits.writeLowWater = random_.between(0, limits.writeHighWater);
    transport->setLimits(limits);
  }

  Ledger& ledger_;
  sim::Random& random_;
  std::shared_ptr<Spring> spring_;
  std::shared_ptr<Spring> retired_;
  std::size_t sent_ = 0;
  std::size_t received_ = 0;
  bool made_ = false;
  bool lost_ = false;
  bool busy_ = false;
  bool paused_ = false;
  bool closing_ = false;
  bool aborted_ = false;
  bool finished_ = false;
  bool told_ = false;
  bool ended_ = false;
};

// Connects an Actor, and a few times another one when that is lost or was never made.
class Caller : public ClientFactory {
 public:
  explicit Caller(Ledger& ledger) : ledger_(ledger) { noisy = false; }

  std::shared_ptr<Protocol> buildProtocol(const Address&) override {
    if (ledger_.random.chance(2)) throw std::runtime_error("no protocol today");
    if (ledger_.random.chance(2)) return nullptr;
    return std::make_shared<Actor>(&ledger_);
  }
  void clientConnectionFailed(Connector& connector, const Failure&) override { again(connector); }
  void clientConnectionLost(Connector& connector, const Failure&) override { again(connector); }

 private:
  void again(Connector& connector) {
    if (ledger_.isOver || left_ == 0 || !reactor().isRunning()) return;
    --left_;
    if (ledger_.random.chance(50)) connector.connect();
  }

  Ledger& ledger_;
  int left_ = 3;
};

}  // namespace ropewalk::test
