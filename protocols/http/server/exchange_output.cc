// The way out of an exchange: the answer, its stream, its end.

#include <new>
#include <utility>

#include "http/files/conditions.h"
#include "http/routes/pages.h"
#include "http/server/access_line.h"
#include "http/server/access_log.h"
#include "http/server/exchange.h"
#include "http/server/http1_connection.h"
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
  if (!connection_ || !transport_->isConnected() || output_ != Output::Handling) return;
  if (auto next = Answer::handover(response)) return handOver(response, std::move(next));
  if (response.body().size() > kShortAnswer && isMemoryShort())
    response = routes::unavailablePage();
  if (files::ConditionalAnswer::isPossible(response)) applyConditions(response);
  send(response, reader_.head().minorVersion(), reader_.framing().keepAlive && restIsDiscardable());
}

void Exchange::applyConditions(Response& response) {
  const files::Conditions conditions(reader_.head(), site_.wallTime());
  if (!conditions.any()) return;
  const auto now = transport_->reactor().now().time_since_epoch().count();
  files::ConditionalAnswer::apply(
      response, conditions, {.method = reader_.head().method(), .wasAskedBefore = conditionsAsked_},
      connection_->limits(), static_cast<std::uint64_t>(now));
}

bool Exchange::conditionsHold(const Validators& now) {
  conditionsAsked_ = true;
  const std::string_view method = reader_.head().method();
  const files::Conditions conditions(reader_.head(), site_.wallTime());
  return conditions.verdict(now, method == "GET" || method == "HEAD") == 0;
}

void Exchange::send(Response& response, int minorVersion, bool keepAlive) {
  SiteState& site = connection_->site();
  keepAlive_ = keepAlive && !response.closesConnection() && connection_->mayKeepAlive() &&
               !Answer::endsByClose(response, minorVersion);
  const wire::WallTime now = site.wallTime();
  const Answer::Terms terms{.minorVersion = minorVersion,
                            .isHead = reader_.isHead(),
                            .keepAlive = keepAlive_,
                            .now = now,
                            .dateLine = site.dateLine(now)};
  if (site.options.accessLog) beginAccess(Answer::status(response), now);
  answer_.send(response, terms, *transport_, site.scratch);
  noteWritten();
  if (!answer_.isStream()) return answered();
  output_ = Output::Streaming;
  connection_->limitQueue();
  connection_->spawn(
      [self = shared_from_this(), site = connection_->factory] { return stream(self, site); });
}

// What is still to come of the body can be read and thrown away, so that the next request is found.
bool Exchange::restIsDiscardable() const {
  if (input_ == Input::Complete) return true;
  // RFC 9110 10.1.1: nobody knows whether such a client will send the body after a final answer.
  if (input_ == Input::Broken || owesContinue_) return false;
  return reader_.bodyLeft().value_or(0) <= connection_->limits().discarded;
}

// Like handle(), for the function that writes the body.
Deferred<void> Exchange::stream(std::shared_ptr<Exchange> self, std::shared_ptr<Factory>) {
  Failure failure;
  try {
    co_await self->answer_.writer()(self->writer_);
    self->written_ = true;
    self->unregisterProducer();
    // The end of the body needs room, too.
    co_await self->transport_->drained();
  } catch (...) {
    failure = Failure::current();
  }
  self->answer_.forgetWriter();
  self->streamEnded(failure);
}

void Exchange::streamEnded(const Failure& failure) {
  if (!connection_ || !transport_->isConnected() || output_ != Output::Streaming) return;
  const bool whole = !failure && answer_.finish(*transport_);
  if (whole) {
    connection_->unlimitQueue();
    return answered();
  }
  // A connection that ends already does so for a reason of its own.
  if (!failure.check<CancelledError>() || !transport_->isDisconnecting()) {
    logError("{} {}: the body breaks off after {} bytes: {}", reader_.head().method(),
             reader_.target().path, answer_.bodySize(),
             failure ? failure.what() : "less than the length promised");
  }
  // The head is sent, so a reset is the only way to report an incomplete body.
  transport_->cutShort({});
}

// Whoever waits for room does not come to the cap.
void Exchange::logQueueFull(const Failure& why) const {
  logWarning(
      "{} {}: the body was broken off, for too much was written without waiting in drained(): {} "
      "That is Limits::queued, or the port's maxQueued.",
      reader_.head().method(), reader_.target().path, why);
}

void Exchange::registerProducer(std::shared_ptr<Producer> producer, Streaming streaming) {
  if (!isStreaming()) return producer->stopProducing();
  try {
    if (!flow_) flow_ = std::make_shared<BodyFlow>(transport_);
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
  if (!isStreaming()) return;
  answer_.write(bytes, *transport_);
  noteWritten();
}

void Exchange::write(FilePart part) {
  if (!isStreaming()) return;
  answer_.write(std::move(part), *transport_);
  noteWritten();
}

void Exchange::answered() {
  ended();
  if (!keepAlive_) connection_->close();
  connection_->goOn();
}

void Exchange::ended() {
  output_ = Output::Done;
  if (isLogged_) {
    noteWritten();
    connection_->accessLog().end();
  }
  fire(finishWaiters_, {});
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
  if (!why.empty()) {
    logError("{} {}: the connection cannot be given away: {}", reader_.head().method(),
             reader_.target().path, why);
    Response failed = routes::failedPage();
    return send(failed, reader_.head().minorVersion(), false);
  }
  SiteState& site = connection_->site();
  if (!upgrade.empty()) {
    const wire::WallTime now = site.wallTime();
    if (site.options.accessLog) beginAccess(101, now);
    answer_.sendUpgrade(response, site.dateLine(now), *transport_);
  }
  connection_->detach(std::move(next));
  ended();
  connection_->goOn();
}

std::string_view Exchange::whyNoHandover(std::string_view upgrade) const {
  if (input_ != Input::Complete) return "the body of the request has not been read to its end";
  if (!upgrade.empty() && !request_.asksUpgradeTo(upgrade)) return "the client did not ask for it";
  return {};
}

void Exchange::refuse(wire::Fault fault) {
  input_ = Input::Broken;
  if (output_ == Output::Streaming) return transport_->cutShort({});
  if (output_ == Output::Done) return connection_->close();
  if (output_ == Output::None) body_.drop();  // no handler has begun to read it
  charge();
  // Whatever the client speaks, or seems to: an answer in HTTP/1.1 says that the connection is
  // closed.
  Response response = routes::refusalPage(fault);
  send(response, 1, false);
  body_.fail(Failure::of(IncompleteBody(wire::wordsFor(fault))));
}

Deferred<void> Exchange::notifyDrain(detail::Place place) {
  if (transport_->isConnected() && transport_->reactor().isDraining()) return succeed(place);
  if (!drainWaiters_) drainWaiters_ = std::make_unique<std::vector<Promise<void>>>();
  drainWaiters_->emplace_back(place);
  return drainWaiters_->back().deferred();
}

void Exchange::drainRequested() { fire(drainWaiters_, {}); }

Deferred<void> Exchange::notifyFinish(detail::Place place) {
  if (output_ == Output::Done) return succeed(place);
  if (!connection_) return fail<void>(whyLost_, place);
  if (!finishWaiters_) finishWaiters_ = std::make_unique<std::vector<Promise<void>>>();
  finishWaiters_->emplace_back(place);
  return finishWaiters_->back().deferred();
}

void Exchange::beginAccess(int status, wire::WallTime now) {
  const wire::RequestHead& head = reader_.head();
  const bool known = !head.method().empty();
  const Access access = {.peer = transport_->getPeer().host(),
                         .time = now,
                         .method = known ? head.method() : std::string_view(),
                         .target = known ? head.target() : std::string_view(),
                         .minorVersion = head.sentMinorVersion(),
                         .status = status,
                         .referer = head.find("Referer").value_or(""),
                         .agent = head.find("User-Agent").value_or("")};
  connection_->accessLog().begin(access);
  isLogged_ = true;
}

void Exchange::noteWritten() {
  if (isLogged_) connection_->accessLog().written(answer_.bodySize(), answer_.wireSize());
}

}  // namespace ropewalk::http::server
