#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "http/server/http1_carrier.h"
#include "http/server/read_ahead.h"
#include "http/server/site_state.h"
#include "ropewalk/connection_limits.h"
#include "ropewalk/protocol.h"
#include "ropewalk/timeout.h"

namespace ropewalk::http::server {

class AccessLog;

// One connection of a Site: cuts the bytes into exchanges, one after the other, and keeps the time.
//
// Idle, it holds no buffer and no exchange. An exchange exists from the first byte of a request
// until its answer is sent; what comes meanwhile and does not belong to it waits in the read-ahead.
class Http1Connection final : public Protocol {
 public:
  explicit Http1Connection(SiteState& site);
  ~Http1Connection() override;

  void connectionMade() override;
  void dataReceived(std::string_view data) override;
  void readConnectionLost() override;
  void connectionLost(const Failure& why) override;
  void drainRequested() override;
  std::string logPrefix() const override { return "http"; }

  SiteState& site() const { return site_; }
  const Limits& limits() const { return site_.options.limits; }

  // For the carrier. After close() nothing more is read.
  bool mayKeepAlive() const;
  void close(Linger linger = Linger::WhileSending);

  // The connection is `next`'s as soon as the exchange in hand is finished, and that is when goOn()
  // is called next.
  void detach(std::shared_ptr<Protocol> next) { next_ = std::move(next); }

  // REQUIRES: SiteOptions::accessLog is set.
  AccessLog& accessLog();

  // Something about the exchange changed from outside of dataReceived().
  void goOn();

  // Sets the cap on unsent output for a stream (Limits::queued, or the port's if that is stricter),
  // and restores the port's.
  void limitQueue();
  void unlimitQueue();

 private:
  class Room;

  // What it waits for, each with a time limit of its own.
  enum class Wait : std::uint8_t { Nothing, FirstByte, Head, KeepAlive, Body };

  // While a body is waited for.
  struct BodyClock {
    TimePoint start;
    TimePoint lastNews;
    TimePoint lastLook;
    std::uint64_t before = 0;  // bytes of the body that had come at the start
    std::uint64_t seen = 0;    // ... and when last looked at
  };

  void consume(std::string_view& bytes);
  bool mayBegin();
  ConnectionLimits streamLimits() const;
  void roomIsThere();
  void exchangeFinished();
  void handOver(std::string_view rest);
  void settle();
  void settleReading();
  void settleDeadline();
  Wait waitingFor() const;
  bool isIdle() const { return !carrier_ || !carrier_->hasBegun(); }
  void await(Wait wait);
  Duration limitOf(Wait wait) const;
  void waitedTooLong();
  void giveUp(Wait wait);
  void idleTooLong(Wait wait);
  void checkBody();
  bool bodyIsFreeToCome() const;

  SiteState& site_;
  Timeout patience_{*this, [this] { waitedTooLong(); }};
  std::shared_ptr<Http1Carrier> carrier_;
  std::unique_ptr<ReadAhead> readAhead_;
  std::unique_ptr<AccessLog> accessLog_;
  std::unique_ptr<BodyClock> bodyClock_;
  std::shared_ptr<Protocol> next_;                 // gets the connection after this exchange
  std::unique_ptr<Room> room_;                     // while too much output is unsent
  std::unique_ptr<ConnectionLimits> portsLimits_;  // while a stream has others
  // What consume() has still to take; null outside of it. It looks at whatever happens meanwhile.
  const std::string_view* input_ = nullptr;
  std::uint32_t served_ = 0;  // exchanges that are finished
  std::uint32_t waitOf_ = 0;  // what served_ was when the wait began
  Wait waitsFor_ = Wait::Nothing;
  bool closed_ = false;
  bool inputEnded_ = false;
  bool draining_ = false;
  bool readingPaused_ = false;
};

}  // namespace ropewalk::http::server
