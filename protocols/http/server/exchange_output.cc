// The way out of an exchange: the answer, its stream, its end.

#include <new>
#include <utility>

#include "http/files/conditions.h"
#include "http/routes/pages.h"
#include "http/server/exchange.h"
#include "http/server/site_state.h"
#include "ropewalk/detail/resume_queue.h"
#include "ropewalk/log.h"
#include "ropewalk/reactor.h"

namespace ropewalk::http::server {
namespace {

// While memory is short, a longer answer from memory is replaced by 503, because it stays in memory
// until the client takes it.
constexpr std::size_t kShortAnswer = 16 * 1024;

}  // namespace

void Exchange::answer(Response response) {
  if (!isConnected() || output_ != Output::Handling) return;
  if (auto next = Answer::handover(response)) return handOver(response, std::move(next));
  if (response.body().size() > kShortAnswer && isMemoryShort())
    response = routes::unavailablePage();
  if (files::ConditionalAnswer::isPossible(response)) applyConditions(response);
  send(response);
}

void Exchange::applyConditions(Response& response) {
  const files::Conditions conditions(head_, site_.wallTime());
  if (!conditions.any()) return;
  const auto now = carrier_.reactor().now().time_since_epoch().count();
  files::ConditionalAnswer::apply(response, conditions,
                                  {.method = head_.method(), .wasAskedBefore = conditionsAsked_},
                                  site_.options.limits, static_cast<std::uint64_t>(now));
}

bool Exchange::conditionsHold(const Validators& now) {
  conditionsAsked_ = true;
  const std::string_view method = head_.method();
  const files::Conditions conditions(head_, site_.wallTime());
  return conditions.verdict(now, method == "GET" || method == "HEAD") == 0;
}

void Exchange::send(Response& response) {
  answer_.send(response, head_.method() == "HEAD", site_.wallTime(), carrier_);
  if (!answer_.isStream()) return answered();
  output_ = Output::Streaming;
  carrier_.run(&Exchange::stream);
}

// Like handle(), for the function that writes the body.
Deferred<void> Exchange::stream(std::shared_ptr<Exchange> self, std::shared_ptr<Factory>) {
  Failure failure;
  try {
    co_await self->answer_.writer()(self->writer_);
    self->written_ = true;
    self->unregisterProducer();
    // The end of the body needs room, too.
    co_await BodyWriter::Drained(*self, true);
  } catch (...) {
    failure = Failure::current();
  }
  self->answer_.forgetWriter();
  self->streamEnded(failure);
}

void Exchange::streamEnded(const Failure& failure) {
  if (!isConnected() || output_ != Output::Streaming) return;
  if (!failure && answer_.finish(carrier_)) return answered();
  // A carrier that ends already does so for a reason of its own.
  if (!failure.check<CancelledError>() || carrier_.state() == Carrier::State::Open) {
    logError("{} {}: the body breaks off after {} bytes: {}", head_.method(), target_.path,
             answer_.written(), failure ? failure.what() : "less than the length promised");
  }
  // The head is sent, so this is the only way to report an incomplete body.
  carrier_.breakOff({});
}

// Whoever waits for room does not come to the cap.
void Exchange::logQueueFull(const Failure& why) const {
  logWarning(
      "{} {}: the body was broken off, for too much was written without waiting in drained(): {} "
      "That is Limits::queued, or the port's maxQueued.",
      head_.method(), target_.path, why);
}

void Exchange::registerProducer(const std::shared_ptr<Producer>& producer, Streaming streaming) {
  if (!isStreaming()) return producer->stopProducing();
  try {
    if (!flow_) flow_ = std::make_shared<BodyFlow>(carrier_.weak_from_this());
    flow_->setProducer(producer, streaming);
  } catch (const std::bad_alloc&) {
    producer->stopProducing();
    throw;
  }
}

void Exchange::unregisterProducer() {
  if (flow_) flow_->clearProducer();
}

void Exchange::write(std::string_view bytes) {
  if (isStreaming()) answer_.write(bytes, carrier_);
}

void Exchange::write(FilePart part) {
  if (isStreaming()) answer_.write(std::move(part), carrier_);
}

void Exchange::awaitRoom(BodyWriter::Drained& waiter) {
  carrier_.awaitRoom();
  roomLine_.add(waiter);
}

void Exchange::forgetRoom(BodyWriter::Drained& waiter) noexcept { roomLine_.remove(waiter); }

// Who goes on may write, which leaves less room for the next one, and may wait again.
void Exchange::roomAvailable() {
  const auto mayGoOn = [this] {
    return carrier_.state() != Carrier::State::Open || carrier_.room() == Carrier::Room::Plenty;
  };
  for (std::size_t due = roomLine_.size(); due > 0 && !roomLine_.isEmpty() && mayGoOn(); --due) {
    roomLine_.resumeFirst();
  }
  if (!roomLine_.isEmpty()) carrier_.awaitRoom();
}

void Exchange::roomLost() noexcept { roomLine_.loseAll(); }

void Exchange::answered() {
  output_ = Output::Done;
  fire(finishWaiters_, {});
  carrier_.answered();
}

// Now, also inside a callback() of the handler's: later the request would be gone, which the
// callbacks may look at.
void Exchange::fire(Waiters& waiters, const Failure& why) {
  const Waiters fired = std::move(waiters);
  if (!fired) return;
  detail::ResumeQueue::fireNow([&] {
    for (Promise<void>& waiter : *fired) {
      if (waiter.hasFired()) continue;
      why ? waiter.errback(why) : waiter.callback();
    }
  });
}

void Exchange::handOver(const Response& response, std::shared_ptr<Protocol> next) {
  const std::string_view upgrade = Answer::upgrade(response);
  const std::string_view why = whyNoHandover(upgrade);
  if (why.empty()) {
    carrier_.handOver(upgrade, Answer::fields(response), std::move(next));
    return answered();
  }
  logError("{} {}: the connection cannot be given away: {}", head_.method(), target_.path, why);
  Response failed = routes::failedPage().closeConnection();
  send(failed);
}

std::string_view Exchange::whyNoHandover(std::string_view upgrade) const {
  if (input_ != Input::Complete) return "the body of the request has not been read to its end";
  if (!upgrade.empty() && !request_.asksUpgradeTo(upgrade)) return "the client did not ask for it";
  return carrier_.whyNoHandover();
}

void Exchange::refuse(wire::Fault fault) {
  input_ = Input::Broken;
  if (output_ == Output::Streaming) return carrier_.breakOff({});
  if (output_ == Output::Done) return carrier_.close();
  if (output_ == Output::None) body_.drop();  // no handler has begun to read it
  charge();
  Response response = routes::refusalPage(fault);
  send(response);
  body_.fail(Failure::of(IncompleteBody(wire::wordsFor(fault))));
}

Deferred<void> Exchange::notifyDrain(detail::Place place) {
  if (isConnected() && carrier_.reactor().isDraining()) return succeed(place);
  if (!drainWaiters_) drainWaiters_ = std::make_unique<std::vector<Promise<void>>>();
  drainWaiters_->emplace_back(place);
  return drainWaiters_->back().deferred();
}

void Exchange::drainRequested() { fire(drainWaiters_, {}); }

Deferred<void> Exchange::notifyFinish(detail::Place place) {
  if (output_ == Output::Done) return succeed(place);
  if (isLost_) return fail<void>(whyLost_, place);
  if (!finishWaiters_) finishWaiters_ = std::make_unique<std::vector<Promise<void>>>();
  finishWaiters_->emplace_back(place);
  return finishWaiters_->back().deferred();
}

}  // namespace ropewalk::http::server
