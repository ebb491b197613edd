// The way in: head, body, and when the handler is called. What happens to its answer stands in
// exchange_output.cc.

#include "http/server/exchange.h"

#include <stdexcept>
#include <utility>

#include "http/routes/pages.h"
#include "http/server/site_state.h"
#include "ropewalk/error.h"
#include "ropewalk/log.h"

namespace ropewalk::http::server {

Exchange::Exchange(Carrier& carrier, SiteState& site, const wire::RequestHead& head,
                   const wire::Target& target)
    : carrier_(carrier), site_(site), head_(head), target_(target) {}

void Exchange::headReceived(const BodyAhead& ahead) {
  input_ = Input::Body;
  owesContinue_ = ahead.awaitsContinue;
  if (isMemoryShort()) {
    output_ = Output::Handling;
    return answer(routes::unavailablePage());
  }
  if (target_.form != wire::Target::Form::Asterisk) {
    match_ = site_.routes->find(head_.method(), target_.path);
  }
  // Without a route the answer is known, whatever the body is.
  if (match_.route == nullptr) return dispatch();
  if (ahead.length > bodyLimit()) return refuse(wire::Fault::BodyTooLarge);
  if (match_.route->streamsBody()) return dispatch();
  bodyWanted();
}

void Exchange::inputPaused() {
  // The head is looked at again when the body is there.
  if (input_ == Input::Body) keepHead();
  charge();
  refuseIfMemoryIsShort();
}

void Exchange::charge() {
  charge_.set(ropewalk::detail::heapBytes(head_.keptBytes()) +
              ropewalk::detail::heapBytes(body_.waiting()));
}

// A collected body can only grow. A streamed one is read only as fast as its handler takes it.
void Exchange::refuseIfMemoryIsShort() {
  const bool collects = output_ == Output::None && charge_.bytes() > 0;
  if (collects && isMemoryShort()) refuse(wire::Fault::MemoryShort);
}

void Exchange::keepHead() {
  carrier_.keepHead();
  const std::string_view path = target_.path;
  match_.rest = path.substr(path.size() - match_.rest.size());
}

std::uint64_t Exchange::bodyLimit() const {
  const std::uint64_t usual = match_.route->streamsBody() ? UINT64_MAX : site_.options.limits.body;
  return match_.route->maxBody().value_or(usual);
}

// Somebody waits for the body: a client that asked whether to send it is told so, unless it has the
// head of the answer by now.
void Exchange::bodyWanted() {
  if (!std::exchange(owesContinue_, false) || isLost_ || output_ == Output::Done) return;
  if (output_ != Output::Streaming) carrier_.sendContinue();
  carrier_.inputWanted();  // the client's time begins
}

void Exchange::bodyReceived(std::string_view piece) {
  owesContinue_ = false;  // it did not wait
  received_ += piece.size();
  if (output_ == Output::Done) {
    discarded_ += piece.size();
    if (discarded_ > site_.options.limits.discarded) carrier_.close();
    return;
  }
  if (received_ > bodyLimit()) return refuse(wire::Fault::BodyTooLarge);
  body_.append(piece);
}

void Exchange::bodyEnded() {
  input_ = Input::Complete;
  owesContinue_ = false;
  body_.end();
  if (output_ == Output::None) dispatch();
}

bool Exchange::bodyIsFull() const {
  const std::size_t waiting = body_.waiting().size();
  if (input_ != Input::Body || !readsAsItComes() || waiting == 0) return false;
  return waiting > site_.options.limits.bodyAhead || isMemoryShort();
}

void Exchange::bodyTaken() {
  charge();
  if (!isLost_) carrier_.inputWanted();
}

void Exchange::inputEnded() {
  if (!wantsInput()) return;
  input_ = Input::Broken;
  if (!readsAsItComes()) return carrier_.close();
  body_.fail(Failure::of(IncompleteBody("the client stopped in the middle of the body")));
}

void Exchange::lost(const Failure& why) {
  isLost_ = true;
  whyLost_ = why;
  if (output_ == Output::Streaming) {
    if (why.check<WriteQueueFull>()) logQueueFull(why);
    // For a reactor that stops: without a reset the client would take the part for the whole.
    carrier_.breakOff({});
  }
  answer_.forgetWriter();
  body_.fail(Failure::cancelled());
  fire(finishWaiters_, why);
}

void Exchange::dispatch() {
  output_ = Output::Handling;
  if (match_.route == nullptr || !match_.route->responder().answersLater()) {
    Response response = answerNow();
    // Who writes a stream may look at the head, and the log wants it when the stream ends.
    if (Answer::isStreamOf(response)) keepHead();
    return answer(std::move(response));
  }
  keepHead();
  charge();
  carrier_.run(&Exchange::handle);
}

Response Exchange::answerNow() {
  if (match_.route == nullptr) {
    if (target_.form == wire::Target::Form::Asterisk) return Response(200);
    return match_.allow.empty() ? routes::notFoundPage(target_.path)
                                : routes::methodNotAllowedPage(match_.allow);
  }
  try {
    return match_.route->responder().answer(request_);
  } catch (...) {
    return handlerFailed(Failure::current());
  }
}

// One frame around the handler's: it holds the exchange, and the site with the handler, until that
// is gone.
Deferred<void> Exchange::handle(std::shared_ptr<Exchange> self, std::shared_ptr<Factory>) {
  std::optional<Response> response;
  Failure failure;
  try {
    Deferred<Response> answer = self->match_.route->responder().answerLater(self->request_);
    if (!answer) throw std::logic_error("an empty Deferred instead of a Response");
    response.emplace(co_await std::move(answer));
  } catch (...) {
    failure = Failure::current();
  }
  if (!response) response.emplace(self->handlerFailed(failure));
  self->answer(std::move(*response));
}

Response Exchange::handlerFailed(const Failure& why) {
  // A handler that was cancelled, or whose body broke off, has no other way out.
  if (why.check<IncompleteBody>()) return routes::refusalPage(wire::Fault::BrokenBody);
  if (isConnected() || !why.check<CancelledError>()) {
    logError("{} {}: the handler threw {}: {}", head_.method(), target_.path, why.typeName(), why);
  }
  return routes::failedPage();
}

}  // namespace ropewalk::http::server
