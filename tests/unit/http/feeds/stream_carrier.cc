#include "unit/http/feeds/stream_carrier.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "http/server/site_state.h"
#include "http/wire/answer_head.h"
#include "ropewalk/error.h"
#include "ropewalk/http/text.h"
#include "ropewalk/log.h"
#include "ropewalk/reactor.h"
#include "unit/http/feeds/told.h"

namespace ropewalk::http::test {
namespace {

constexpr std::size_t kHighWater = 64 * 1024;
constexpr std::size_t kLowWater = 16 * 1024;

}  // namespace

StreamCarrier::StreamCarrier(std::shared_ptr<Factory> site, server::SiteState& state,
                             TransportRef connection, const StreamHead& head)
    : Carrier(std::move(connection)),
      site_(std::move(site)),
      limits_(state.options.limits),
      exchange_(*this, state, head_, target_) {
  layOut(head);
  target_ = wire::splitTarget(head_.target(), limits_);
}

void StreamCarrier::layOut(const StreamHead& head) {
  bytes_ = head.method + head.target;
  for (const auto& [name, value] : head.fields) bytes_ += name + value;
  head_.startAt(bytes_.data());
  std::string_view rest = bytes_;
  const auto take = [&rest](std::size_t size) {
    const std::string_view taken = rest.substr(0, size);
    rest.remove_prefix(size);
    return taken;
  };
  const std::string_view method = take(head.method.size());
  head_.setRequest(method, take(head.target.size()), {2, 0});
  for (const auto& [name, value] : head.fields) {
    const std::string_view nameView = take(name.size());
    head_.addField(nameView, take(value.size()));
  }
}

void StreamCarrier::begin(bool bodyFollows) {
  if (target_.fault != wire::Fault::None) return exchange_.refuse(target_.fault);
  server::Exchange::BodyAhead ahead;
  if (const auto length = head_.find("Content-Length")) {
    std::from_chars(length->data(), length->data() + length->size(), ahead.length);
  }
  ahead.awaitsContinue = bodyFollows && head_.find("Expect") == "100-continue";
  exchange_.headReceived(ahead);
  if (!bodyFollows) return endBody();
  if (exchange_.wantsInput()) exchange_.inputPaused();
}

void StreamCarrier::piece(std::string_view bytes) {
  arrived_.emplace_back(bytes);
  feed();
}

void StreamCarrier::endBody() {
  bodyEnds_ = true;
  feed();
}

// Hands in what the exchange has room for.
void StreamCarrier::feed() {
  if (isFeeding_) return;
  isFeeding_ = true;
  while (exchange_.wantsInput() && !arrived_.empty() && !exchange_.bodyIsFull()) {
    const std::string bytes = std::move(arrived_.front());
    arrived_.pop_front();
    exchange_.bodyReceived(bytes);
    if (exchange_.wantsInput()) exchange_.inputPaused();
  }
  if (!exchange_.wantsInput()) arrived_.clear();
  if (exchange_.wantsInput() && arrived_.empty() && bodyEnds_) exchange_.bodyEnded();
  isFeeding_ = false;
}

void StreamCarrier::clientStops() { exchange_.inputEnded(); }

void StreamCarrier::clientGoes() { end(Failure::of(ConnectionLost())); }

void StreamCarrier::setRoom(std::size_t bytes) {
  room_ = bytes;
  flush();
}

void StreamCarrier::run(Work work) {
  const ropewalk::detail::Scope::Enter entered(scope_.get());
  work(exchange_.shared(), site_).addErrback([weak = weak_from_this()](const Failure& why) {
    const auto self = std::static_pointer_cast<StreamCarrier>(weak.lock());
    if (self) self->endSoon(why);
    why.raise();
  });
}

void StreamCarrier::sendContinue() { told_ += kToldContinue; }

void StreamCarrier::close() {
  arrived_.clear();
  if (!exchange_.isAnswered()) endSoon(Failure::of(ConnectionDone()));
}

void StreamCarrier::begin(const wire::AnswerHead& head) {
  const std::string_view reason = head.reason.empty() ? reasonPhrase(head.status) : head.reason;
  told_.append(std::to_string(head.status)).append(" ").append(reason).append("\r\n");
  wire::forEachField(head, [this](std::string_view name, std::string_view value) {
    told_.append(name).append(": ").append(value).append("\r\n");
  });
  told_ += "\r\n";
}

void StreamCarrier::send(const wire::AnswerHead& head, Body* body) {
  begin(head);
  if (body != nullptr) {
    if (auto* const text = std::get_if<std::string>(body)) write(*text);
    if (auto* const shared = std::get_if<SharedBytes>(body)) write(shared->view());
    if (auto* const file = std::get_if<FilePart>(body)) write(std::move(*file));
  }
  finish();
}

void StreamCarrier::write(std::string_view bytes) { queue(std::string(bytes), bytes.size()); }

void StreamCarrier::write(FilePart part) {
  ++fileParts_;
  const auto size = static_cast<std::size_t>(part.size());
  queue(std::move(part), size);
}

void StreamCarrier::queue(Piece piece, std::size_t size) {
  if (state_ != State::Open) return;
  if (unsent_ > limits_.queued)
    return endSoon(Failure::of(WriteQueueFull(unsent_, limits_.queued)));
  queue_.push_back(std::move(piece));
  unsent_ += size;
  flush();
  if (producer_ && streaming_ == Streaming::Push && room() == Room::None && !producerPaused_) {
    producerPaused_ = true;
    producer_->pauseProducing();
  }
}

void StreamCarrier::flush() {
  while (!queue_.empty() && room_ > 0 && sendSome(queue_.front())) {
  }
  soon();
}

// True if something of the queue is left to be sent, and may be.
bool StreamCarrier::sendSome(Piece& piece) {
  auto* const file = std::get_if<FilePart>(&piece);
  const std::size_t left =
      file ? static_cast<std::size_t>(file->size()) : std::get<std::string>(piece).size();
  const std::size_t size = std::min(left, room_);
  if (file != nullptr) {
    std::string read(size, '\0');
    const ssize_t got =
        ::pread(file->file().get(), read.data(), size, static_cast<off_t>(file->offset()));
    if (got != static_cast<ssize_t>(size)) {
      breakOff({});
      return false;
    }
    told_ += read;
    file->narrow(size, left - size);
  } else {
    auto& text = std::get<std::string>(piece);
    told_.append(text, 0, size);
    text.erase(0, size);
  }
  unsent_ -= size;
  room_ -= room_ == static_cast<std::size_t>(-1) ? 0 : size;
  if (size == left) queue_.pop_front();
  return true;
}

void StreamCarrier::answered() { feed(); }

void StreamCarrier::breakOff(const Failure& why) {
  if (state_ == State::Over) return;
  brokenOff_ = true;
  endSoon(why ? why : Failure::of(ConnectionAborted()));
}

server::Carrier::Room StreamCarrier::room() const {
  const std::size_t high = std::min(kHighWater, limits_.queued / 2);
  if (unsent_ <= std::min(kLowWater, high)) return Room::Plenty;
  return unsent_ <= high ? Room::Enough : Room::None;
}

void StreamCarrier::awaitRoom() {
  awaitsRoom_ = true;
  soon();
}

void StreamCarrier::registerProducer(std::shared_ptr<Producer> producer, Streaming streaming) {
  producer_ = std::move(producer);
  streaming_ = streaming;
  producerPaused_ = streaming == Streaming::Push && room() == Room::None;
  if (producerPaused_) producer_->pauseProducing();
  soon();
}

// What must not happen inside a call of the exchange's happens in a turn of its own.
void StreamCarrier::soon() {
  if (std::exchange(isSoon_, true)) return;
  reactor().callLater(Duration(0), [weak = weak_from_this()] {
    if (const auto self = std::static_pointer_cast<StreamCarrier>(weak.lock())) self->turn();
  });
}

void StreamCarrier::turn() {
  isSoon_ = false;
  if (end_) return end(std::exchange(end_, {}));
  if (awaitsRoom_ && room() == Room::Plenty) {
    awaitsRoom_ = false;
    exchange_.roomAvailable();
  }
  turnProducer();
}

void StreamCarrier::turnProducer() {
  const auto producer = producer_;
  if (!producer) return;
  const bool isPull = streaming_ == Streaming::Pull;
  const bool isDue = isPull ? unsent_ == 0 : producerPaused_ && room() == Room::Plenty;
  if (!isDue) return;
  producerPaused_ = false;
  if (isPull) soon();
  try {
    producer->resumeProducing();
  } catch (...) {
    logError("a producer threw {}", Failure::current());
  }
}

void StreamCarrier::endSoon(const Failure& why) {
  if (state_ == State::Over) return;
  state_ = State::Over;
  end_ = why;
  soon();
}

void StreamCarrier::end(const Failure& why) {
  const auto self = shared_from_this();
  state_ = State::Over;
  brokenOff_ = brokenOff_ || why.check<ConnectionAborted>();
  queue_.clear();
  exchange_.roomLost();
  scope_->close();
  if (const auto producer = std::exchange(producer_, nullptr)) producer->stopProducing();
  exchange_.lost(why);
}

}  // namespace ropewalk::http::test
