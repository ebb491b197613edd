#include "http/server/http1_connection.h"

#include <algorithm>
#include <utility>

#include "http/server/access_log.h"
#include "ropewalk/connection_limits.h"
#include "ropewalk/detail/water_marks.h"
#include "ropewalk/memory_budget.h"
#include "ropewalk/reactor.h"

namespace ropewalk::http::server {

// Is notified when the transport has room again.
class Http1Connection::Room final : public RoomWaiter {
 public:
  explicit Room(Http1Connection& connection) : connection_(connection) {}
  ~Room() { stopAwaitingRoom(); }

 private:
  void roomAvailable() override { connection_.roomIsThere(); }
  void roomLost() noexcept override {}

  Http1Connection& connection_;
};

Http1Connection::Http1Connection(SiteState& site) : site_(site) {}

Http1Connection::~Http1Connection() = default;

void Http1Connection::connectionMade() { settle(); }

AccessLog& Http1Connection::accessLog() {
  if (!accessLog_) accessLog_ = std::make_unique<AccessLog>(site_, transport);
  return *accessLog_;
}

void Http1Connection::dataReceived(std::string_view data) {
  if (closed_) return;
  if (!readAhead_) consume(data);
  if (next_) return handOver(data);
  if (!data.empty() && !closed_) {
    if (!readAhead_) readAhead_ = std::make_unique<ReadAhead>();
    readAhead_->append(data);
  }
  settle();
}

void Http1Connection::goOn() {
  if (input_ || closed_) return;
  std::string_view bytes = readAhead_ ? readAhead_->bytes() : std::string_view();
  const std::size_t before = bytes.size();
  consume(bytes);
  if (readAhead_) readAhead_->take(before - bytes.size());
  if (next_) return handOver(readAhead_ ? readAhead_->bytes() : std::string_view());
  if (readAhead_ && readAhead_->bytes().empty()) readAhead_.reset();
  settle();
}

// Takes as many exchanges out of `bytes` as can be begun now.
void Http1Connection::consume(std::string_view& bytes) {
  // Whatever is thrown in here, `bytes` is the caller's.
  struct Lent {
    const std::string_view*& input;
    ~Lent() { input = nullptr; }
  } const lent{input_};
  input_ = &bytes;
  while (!closed_ && !transport->isDisconnecting()) {
    if (!carrier_) {
      if (bytes.empty() || !mayBegin()) break;
      carrier_ = std::make_shared<Http1Carrier>(*this);
    }
    carrier_->take(bytes);
    if (!carrier_->exchange().isFinished()) break;
    exchangeFinished();
    if (next_) break;
  }
}

bool Http1Connection::mayBegin() {
  if (room_) return false;
  // Above the port's high water nothing is read, so a request begun now could time out unread.
  // Above a stream's high water, the first write of a stream begun now could exceed its cap.
  const auto marks = ropewalk::detail::waterMarks(streamLimits());
  if (transport->unsentBytes() <= marks.high) return true;
  room_ = std::make_unique<Room>(*this);
  transport->awaitRoom(*room_, marks.low);
  return false;
}

void Http1Connection::roomIsThere() {
  room_.reset();
  goOn();
}

void Http1Connection::exchangeFinished() {
  carrier_.reset();
  ++served_;
  if (draining_ && !next_) close();
}

// `rest` is the input behind the request. No callback comes here any more.
void Http1Connection::handOver(std::string_view rest) {
  closed_ = true;
  if (accessLog_) accessLog_->flush();
  room_.reset();
  bodyClock_.reset();
  await(Wait::Nothing);
  transport->switchProtocol(std::move(next_), std::string(rest));
  readAhead_.reset();  // which `rest` may be a view into
}

bool Http1Connection::mayKeepAlive() const {
  const bool moreIsHere = input_ ? !input_->empty() : readAhead_ != nullptr;
  const bool moreMayCome = !inputEnded_ || moreIsHere;
  const bool drains = draining_ || transport->reactor().isDraining();
  return !closed_ && !drains && moreMayCome && served_ + 1 < limits().requests;
}

void Http1Connection::close(Linger linger) {
  if (std::exchange(closed_, true)) return;
  room_.reset();
  transport->loseConnection(linger);
}

// REQUIRES: not called since unlimitQueue().
void Http1Connection::limitQueue() {
  portsLimits_ = std::make_unique<ConnectionLimits>(transport->limits());
  transport->setLimits(streamLimits());
}

ConnectionLimits Http1Connection::streamLimits() const {
  ConnectionLimits changed = transport->limits();
  const auto [less, more] = std::minmax(limits().queued, changed.maxQueued);
  changed.maxQueued = less != 0 ? less : more;  // 0 is no cap
  return changed;
}

void Http1Connection::unlimitQueue() {
  if (const auto limits = std::move(portsLimits_)) transport->setLimits(*limits);
}

void Http1Connection::readConnectionLost() {
  inputEnded_ = true;
  settle();
}

void Http1Connection::drainRequested() {
  draining_ = true;
  if (isIdle() || carrier_->exchange().isAnswered()) {
    close();
  } else {
    carrier_->exchange().drainRequested();
  }
  settle();
}

void Http1Connection::connectionLost(const Failure& why) {
  closed_ = true;
  readAhead_.reset();
  if (accessLog_) accessLog_->connectionLost();
  if (const auto carrier = std::move(carrier_)) carrier->connectionLost(why);
}

// Whatever happened: is the connection over, is it read from, and how long may it take?
void Http1Connection::settle() {
  if (inputEnded_ && !readAhead_ && !closed_) {
    if (!carrier_) close();
    if (carrier_) carrier_->inputEnded();
  }
  if (closed_) {
    bodyClock_.reset();
    return await(Wait::Nothing);
  }
  settleReading();
  settleDeadline();
}

void Http1Connection::settleReading() {
  const bool aheadIsFull =
      readAhead_ && (readAhead_->bytes().size() > limits().readAhead ||
                     readAhead_->heads() >= limits().pipelined || isMemoryShort());
  const bool pause = aheadIsFull || (carrier_ && carrier_->exchange().bodyIsFull());
  if (pause == readingPaused_) return;
  readingPaused_ = pause;
  if (pause) {
    transport->pauseProducing();
  } else {
    transport->resumeProducing();
  }
}

Http1Connection::Wait Http1Connection::waitingFor() const {
  if (readAhead_) return Wait::Nothing;  // it is our turn
  if (isIdle()) return served_ == 0 ? Wait::FirstByte : Wait::KeepAlive;
  if (carrier_->exchange().isReadingHead()) return Wait::Head;
  return carrier_->exchange().awaitsBody() ? Wait::Body : Wait::Nothing;
}

// A deadline runs from when its wait began: more bytes of the same do not move it.
void Http1Connection::settleDeadline() {
  const Wait wait = waitingFor();
  if (wait != Wait::Body) {
    bodyClock_.reset();
  } else if (!bodyClock_) {
    const TimePoint now = transport->reactor().now();
    const std::uint64_t received = carrier_->exchange().received();
    bodyClock_ = std::make_unique<BodyClock>(BodyClock{now, now, now, received, received});
  }
  if (wait == waitsFor_ && waitOf_ == served_) return;
  waitOf_ = served_;
  transport->setIdle(wait == Wait::FirstByte || wait == Wait::KeepAlive);
  await(wait);
}

void Http1Connection::await(Wait wait) {
  waitsFor_ = wait;
  if (wait == Wait::Nothing) return patience_.stop();
  patience_.set(std::max(limitOf(wait), Duration::zero()));
}

Duration Http1Connection::limitOf(Wait wait) const {
  switch (wait) {
    case Wait::FirstByte:
      return limits().firstByte;
    case Wait::Head:
      return limits().headTime;
    case Wait::KeepAlive:
      return limits().keepAlive;
    case Wait::Body:
      // How often checkBody() looks whether it comes fast enough.
      return std::min<Duration>(limits().bodyGap, 250ms);
    case Wait::Nothing:
      break;
  }
  return Duration::max();
}

void Http1Connection::waitedTooLong() {
  giveUp(std::exchange(waitsFor_, Wait::Nothing));
  settle();
}

void Http1Connection::giveUp(Wait wait) {
  switch (wait) {
    case Wait::FirstByte:
    case Wait::KeepAlive:
      idleTooLong(wait);
      break;
    case Wait::Head:
      carrier_->exchange().refuse(wire::Fault::HeadTooSlow);
      break;
    case Wait::Body:
      checkBody();
      break;
    case Wait::Nothing:
      break;
  }
}

void Http1Connection::idleTooLong(Wait wait) {
  // The time of the client begins when it has the answer.
  if (transport->unsentBytes() > 0) return await(wait);
  close(Linger::Yes);
}

// False while it is us who keep the client from sending: nobody asks for the body, or it is not
// read because our own output waits.
bool Http1Connection::bodyIsFreeToCome() const {
  return carrier_->exchange().isBodyWanted() && transport->unsentBytes() == 0;
}

// B4: a gap, or a trickle, ends it.
void Http1Connection::checkBody() {
  const TimePoint now = transport->reactor().now();
  const std::uint64_t received = carrier_->exchange().received();
  const Duration passed = now - std::exchange(bodyClock_->lastLook, now);
  if (!bodyIsFreeToCome()) {
    bodyClock_->start += passed;
    bodyClock_->lastNews += passed;
  }
  if (received != bodyClock_->seen) bodyClock_->lastNews = now;
  bodyClock_->seen = received;
  const Duration taken = now - bodyClock_->start;
  const auto seconds = std::chrono::duration<double>(taken).count();
  const auto wanted = static_cast<double>(limits().bodyRate) * seconds;
  const bool trickles =
      taken > limits().bodyGrace && static_cast<double>(received - bodyClock_->before) < wanted;
  if (!trickles && now - bodyClock_->lastNews < limits().bodyGap) {
    return await(Wait::Body);
  }
  carrier_->exchange().refuse(wire::Fault::BodyTooSlow);
}

}  // namespace ropewalk::http::server
