// The HTTP/1 side of an exchange. What of a connection is about more than one request, its input,
// its time limits and its end, is in http1_connection.cc.

#include "http/server/http1_carrier.h"

#include <utility>

#include "http/server/access_log.h"
#include "http/server/http1_connection.h"
#include "http/wire/answer_text.h"
#include "ropewalk/connection_limits.h"
#include "ropewalk/detail/water_marks.h"

namespace ropewalk::http::server {

Http1Carrier::Http1Carrier(Http1Connection& connection)
    : Carrier(connection.transport),
      connection_(&connection),
      reader_(connection.limits()),
      exchange_(*this, connection.site(), reader_.head(), reader_.target()) {}

Http1Carrier::~Http1Carrier() { stopAwaitingRoom(); }

void Http1Carrier::take(std::string_view& bytes) {
  using Result = wire::RequestReader::Result;
  input_ = bytes;
  while (exchange_.wantsInput()) {
    switch (reader_.feed(bytes)) {
      case Result::NeedMore:
        return exchange_.inputPaused();
      case Result::Head:
        headReceived();
        break;
      case Result::Piece:
        exchange_.bodyReceived(reader_.piece());
        break;
      case Result::Complete:
        exchange_.bodyEnded();
        break;
      case Result::Bad:
        exchange_.refuse(reader_.fault());
        break;
    }
  }
}

void Http1Carrier::headReceived() {
  const wire::Framing& framing = reader_.framing();
  const bool hasBody = framing.body != wire::Framing::Body::None;
  exchange_.headReceived(
      {.length = framing.length, .awaitsContinue = framing.expectsContinue && hasBody});
}

void Http1Carrier::inputEnded() {
  if (!exchange_.wantsInput()) return;
  keepAlive_ = false;  // whatever the head of an answer that is under way has said
  exchange_.inputEnded();
}

void Http1Carrier::connectionLost(const Failure& why) {
  connection_ = nullptr;
  exchange_.lost(why);
}

Carrier::State Http1Carrier::state() const {
  if (connection_ == nullptr || !transport_->isConnected()) return State::Over;
  return transport_->isDisconnecting() ? State::Closing : State::Open;
}

void Http1Carrier::run(Work work) {
  connection_->spawn(
      [work, self = exchange_.shared(), site = connection_->factory] { return work(self, site); });
}

void Http1Carrier::keepHead() { reader_.keepHead(input_); }

void Http1Carrier::sendContinue() { transport_->write(wire::kContinue); }

void Http1Carrier::inputWanted() {
  if (connection_ != nullptr) connection_->goOn();
}

void Http1Carrier::close() { connection_->close(); }

void Http1Carrier::send(const wire::AnswerHead& head, Body* body) {
  sendHead(head, body);
  endAccess();
}

void Http1Carrier::begin(const wire::AnswerHead& head) {
  sendHead(head, nullptr);
  connection_->limitQueue();
}

void Http1Carrier::sendHead(const wire::AnswerHead& head, Body* body) {
  SiteState& site = connection_->site();
  const int minorVersion = reader_.head().minorVersion();
  keepAlive_ = mayKeepAlive(head);
  const Http1Answer::Terms terms{
      .minorVersion = minorVersion, .keepAlive = keepAlive_, .dateLine = site.dateLine(head.date)};
  if (site.options.accessLog) beginAccess(head.status, head.date);
  // A request line that is refused may have been that of a HEAD, too.
  answer_.send(head, reader_.isHead() ? nullptr : body, terms, *transport_, site.scratch);
  noteWritten();
}

bool Http1Carrier::mayKeepAlive(const wire::AnswerHead& head) const {
  return reader_.framing().keepAlive && restIsDiscardable() && !head.endsConnection &&
         connection_->mayKeepAlive() &&
         !Http1Answer::endsByClose(head, reader_.head().minorVersion());
}

// What is still to come of the body can be read and thrown away, so that the next request is found.
bool Http1Carrier::restIsDiscardable() const {
  if (exchange_.hasWholeRequest()) return true;
  // RFC 9110 10.1.1: nobody knows whether such a client will send the body after a final answer.
  if (!exchange_.wantsInput() || exchange_.owesContinue()) return false;
  return reader_.bodyLeft().value_or(0) <= connection_->limits().discarded;
}

void Http1Carrier::write(std::string_view bytes) {
  answer_.write(bytes, *transport_);
  noteWritten();
}

void Http1Carrier::write(FilePart part) {
  answer_.write(std::move(part), *transport_);
  noteWritten();
}

void Http1Carrier::finish() {
  answer_.finish(*transport_);
  connection_->unlimitQueue();
  endAccess();
}

void Http1Carrier::answered() {
  if (!keepAlive_) connection_->close();
  connection_->goOn();
}

void Http1Carrier::breakOff(const Failure& why) { transport_->cutShort(why); }

Carrier::Room Http1Carrier::room() const {
  const auto marks = ropewalk::detail::waterMarks(transport_->limits());
  const std::size_t unsent = transport_->unsentBytes();
  if (unsent <= marks.low) return Room::Plenty;
  return unsent <= marks.high ? Room::Enough : Room::None;
}

void Http1Carrier::awaitRoom() {
  if (awaitsRoom()) return;
  transport_->awaitRoom(*this, ropewalk::detail::waterMarks(transport_->limits()).low);
}

void Http1Carrier::roomAvailable() {
  const auto self = shared_from_this();  // who goes on now may have been the last to hold this
  exchange_.roomAvailable();
}

void Http1Carrier::roomLost() noexcept { exchange_.roomLost(); }

void Http1Carrier::registerProducer(std::shared_ptr<Producer> producer, Streaming streaming) {
  transport_->registerProducer(std::move(producer), streaming);
}

void Http1Carrier::unregisterProducer() { transport_->unregisterProducer(); }

void Http1Carrier::handOver(std::string_view upgrade, const FieldList& fields,
                            std::shared_ptr<Protocol> next) {
  if (!upgrade.empty()) {
    SiteState& site = connection_->site();
    const wire::WallTime now = site.wallTime();
    if (site.options.accessLog) beginAccess(101, now);
    answer_.sendUpgrade(upgrade, fields, site.dateLine(now), *transport_);
    endAccess();
  }
  connection_->detach(std::move(next));
}

void Http1Carrier::beginAccess(int status, wire::WallTime now) {
  const wire::RequestHead& head = reader_.head();
  const bool known = !head.method().empty();
  const Access access = {.peer = peer().host(),
                         .time = now,
                         .method = known ? head.method() : std::string_view(),
                         .target = known ? head.target() : std::string_view(),
                         .version = head.version(),
                         .status = status,
                         .referer = head.find("Referer").value_or(""),
                         .agent = head.find("User-Agent").value_or("")};
  connection_->accessLog().begin(access);
  isLogged_ = true;
}

void Http1Carrier::noteWritten() {
  if (isLogged_) connection_->accessLog().written(answer_.bodySize(), answer_.wireSize());
}

void Http1Carrier::endAccess() {
  if (!isLogged_) return;
  noteWritten();
  connection_->accessLog().end();
}

}  // namespace ropewalk::http::server
