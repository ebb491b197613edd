// The way in: head, body, and when the handler is called. What happens to its answer stands in
// exchange_output.cc.

#include "http/server/exchange.h"

#include <stdexcept>
#include <utility>

#include "http/routes/pages.h"
#include "http/server/http1_connection.h"
#include "ropewalk/error.h"
#include "ropewalk/log.h"

namespace ropewalk::http::server {

Exchange::Exchange(Http1Connection& connection)
    : connection_(&connection),
      site_(connection.site()),
      transport_(connection.transport),
      reader_(connection.limits()) {}

void Exchange::take(std::string_view& bytes) {
  const std::string_view all = bytes;
  while (wantsInput()) {
    switch (reader_.feed(bytes)) {
      case wire::RequestReader::Result::NeedMore:
        // The head is looked at again when the body is there.
        if (input_ == Input::Body) keepHead(all);
        charge();
        return refuseIfMemoryIsShort();
      case wire::RequestReader::Result::Head:
        headReceived(all);
        break;
      case wire::RequestReader::Result::Piece:
        pieceReceived(reader_.piece());
        break;
      case wire::RequestReader::Result::Complete:
        bodyComplete(all);
        break;
      case wire::RequestReader::Result::Bad:
        refuse(reader_.fault());
        break;
    }
  }
}

void Exchange::headReceived(std::string_view bytes) {
  input_ = Input::Body;
  const wire::Framing& framing = reader_.framing();
  owesContinue_ = framing.expectsContinue && framing.body != wire::Framing::Body::None;
  if (isMemoryShort()) {
    output_ = Output::Handling;
    return answer(routes::unavailablePage());
  }
  if (reader_.target().form != wire::Target::Form::Asterisk) {
    match_ = connection_->site().routes->find(reader_.head().method(), reader_.target().path);
  }
  // Without a route the answer is known, whatever the body is.
  if (match_.route == nullptr) return dispatch(bytes);
  if (framing.length > bodyLimit()) return refuse(wire::Fault::BodyTooLarge);
  if (match_.route->streamsBody()) return dispatch(bytes);
  bodyWanted();
}

void Exchange::charge() {
  charge_.set(ropewalk::detail::heapBytes(reader_.head().keptBytes()) +
              ropewalk::detail::heapBytes(body_.waiting()));
}

// A collected body can only grow. A streamed one is read only as fast as its handler takes it.
void Exchange::refuseIfMemoryIsShort() {
  const bool collects = output_ == Output::None && charge_.bytes() > 0;
  if (collects && isMemoryShort()) refuse(wire::Fault::MemoryShort);
}

void Exchange::keepHead(std::string_view bytes) {
  reader_.keepHead(bytes);
  const std::string_view path = reader_.target().path;
  match_.rest = path.substr(path.size() - match_.rest.size());
}

std::uint64_t Exchange::bodyLimit() const {
  const std::uint64_t usual = match_.route->streamsBody() ? UINT64_MAX : connection_->limits().body;
  return match_.route->maxBody().value_or(usual);
}

// Somebody waits for the body: a client that asked whether to send it is told so, unless it has the
// head of the answer by now.
void Exchange::bodyWanted() {
  if (!std::exchange(owesContinue_, false) || !connection_ || output_ == Output::Done) return;
  if (output_ != Output::Streaming) transport_->write("HTTP/1.1 100 Continue\r\n\r\n");
  connection_->goOn();  // the client's time begins
}

void Exchange::pieceReceived(std::string_view piece) {
  owesContinue_ = false;  // it did not wait
  received_ += piece.size();
  if (output_ == Output::Done) {
    discarded_ += piece.size();
    if (discarded_ > connection_->limits().discarded) connection_->close();
    return;
  }
  if (received_ > bodyLimit()) return refuse(wire::Fault::BodyTooLarge);
  body_.append(piece);
}

void Exchange::bodyComplete(std::string_view bytes) {
  input_ = Input::Complete;
  owesContinue_ = false;
  body_.end();
  if (output_ == Output::None) dispatch(bytes);
}

bool Exchange::bodyIsFull() const {
  const std::size_t waiting = body_.waiting().size();
  if (input_ != Input::Body || !readsAsItComes() || waiting == 0) return false;
  return waiting > connection_->limits().bodyAhead || isMemoryShort();
}

void Exchange::bodyTaken() {
  charge();
  if (connection_) connection_->goOn();
}

void Exchange::inputEnded() {
  if (!wantsInput()) return;
  input_ = Input::Broken;
  keepAlive_ = false;  // whatever the head of an answer that is under way has said
  if (!readsAsItComes()) return connection_->close();
  body_.fail(Failure::of(IncompleteBody("the client stopped in the middle of the body")));
}

void Exchange::connectionLost(const Failure& why) {
  connection_ = nullptr;
  whyLost_ = why;
  if (output_ == Output::Streaming) {
    if (why.check<WriteQueueFull>()) logQueueFull(why);
    // For a reactor that stops: without a reset the client would take the part for the whole.
    transport_->cutShort({});
  }
  answer_.forgetWriter();
  body_.fail(Failure::cancelled());
  fire(finishWaiters_, why);
}

void Exchange::dispatch(std::string_view bytes) {
  output_ = Output::Handling;
  if (match_.route == nullptr || !match_.route->responder().answersLater()) {
    Response response = answerNow();
    // Who writes a stream may look at the head, and the log wants it when the stream ends.
    if (Answer::isStreamOf(response)) keepHead(bytes);
    return answer(std::move(response));
  }
  keepHead(bytes);
  charge();
  connection_->spawn(
      [self = shared_from_this(), site = connection_->factory] { return handle(self, site); });
}

Response Exchange::answerNow() {
  if (match_.route == nullptr) {
    if (reader_.target().form == wire::Target::Form::Asterisk) return Response(200);
    return match_.allow.empty() ? routes::notFoundPage(reader_.target().path)
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
  if (transport_->isConnected() || !why.check<CancelledError>()) {
    logError("{} {}: the handler threw {}: {}", reader_.head().method(), reader_.target().path,
             why.typeName(), why);
  }
  return routes::failedPage();
}

}  // namespace ropewalk::http::server
