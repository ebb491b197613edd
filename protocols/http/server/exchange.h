#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/routes/route_table.h"
#include "http/server/answer.h"
#include "http/server/body_flow.h"
#include "http/server/incoming_body.h"
#include "http/wire/fault.h"
#include "http/wire/request_reader.h"
#include "ropewalk/factory.h"
#include "ropewalk/failure.h"
#include "ropewalk/http/body_writer.h"
#include "ropewalk/http/request.h"
#include "ropewalk/http/validators.h"
#include "ropewalk/memory_budget.h"
#include "ropewalk/promise.h"
#include "ropewalk/transport.h"

namespace ropewalk::http::server {

class Http1Connection;
class SiteState;

// One request and its answer.
//
// Two things go on side by side, the request coming in and the answer going out:
//
//   input:   Head -> Body -> Complete, or Broken
//   output:  None -> Handling -> Streaming -> Done
//
// The handler is called when the body is complete, or in a route with streamBody() when the head
// is. It is finished when both are at their end; then the connection may read the next request.
//
// Shared by its connection and by the coroutine frames of its handler. After connectionLost() only
// the latter are left, and everything that would go to the connection goes nowhere.
class Exchange final : public std::enable_shared_from_this<Exchange> {
 public:
  explicit Exchange(Http1Connection& connection);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Takes what belongs to this request from the front of `bytes`, which begin the request if
  // nothing was taken before.
  void take(std::string_view& bytes);

  // The peer will send no more: what is not complete now never will be.
  void inputEnded();

  // Answers with an error and has the connection closed; nothing more is read.
  void refuse(wire::Fault fault);

  // The reactor drains.
  void drainRequested();

  // Detaches this from the connection, which is gone.
  void connectionLost(const Failure& why);

  bool hasBegun() const { return reader_.hasBegun(); }
  bool isFinished() const { return input_ == Input::Complete && output_ == Output::Done; }
  bool wantsInput() const { return input_ == Input::Head || input_ == Input::Body; }
  bool isAnswered() const { return output_ == Output::Done; }
  bool isReadingHead() const { return input_ == Input::Head; }

  // True if part of a body is still to come, that there is room for and that the client may send.
  bool awaitsBody() const { return input_ == Input::Body && !owesContinue_ && !bodyIsFull(); }
  std::uint64_t bodyReceived() const { return received_; }

  // True if its next piece would be taken at once: by read(), or to be collected or thrown away.
  bool isBodyWanted() const { return !readsAsItComes() || body_.isWantedNow(); }

  // True if so much of the body waits for the handler that no more should be read.
  bool bodyIsFull() const;

  // For Request, BodyWriter and what they wait in.
  const wire::RequestReader& reader() const { return reader_; }
  const routes::RouteMatch& match() const { return match_; }
  IncomingBody& body() { return body_; }
  const TransportRef& transport() const { return transport_; }
  void bodyWanted();
  void bodyTaken();
  Deferred<void> notifyFinish(detail::Place place);
  Deferred<void> notifyDrain(detail::Place place);
  bool conditionsHold(const Validators& now);
  bool isStreaming() const { return connection_ && output_ == Output::Streaming && !written_; }
  void write(std::string_view bytes);
  void write(FilePart part);

  void registerProducer(std::shared_ptr<Producer> producer, Streaming streaming);
  void unregisterProducer();

 private:
  using Waiters = std::unique_ptr<std::vector<Promise<void>>>;

  enum class Input : std::uint8_t { Head, Body, Complete, Broken };
  enum class Output : std::uint8_t { None, Handling, Streaming, Done };

  // True while a handler, or what writes its answer, may read the body piece by piece.
  bool readsAsItComes() const {
    return output_ == Output::Handling || output_ == Output::Streaming;
  }

  void headReceived(std::string_view bytes);
  void keepHead(std::string_view bytes);
  std::uint64_t bodyLimit() const;
  void pieceReceived(std::string_view piece);
  void bodyComplete(std::string_view bytes);
  void charge();
  void refuseIfMemoryIsShort();

  void dispatch(std::string_view bytes);
  Response answerNow();
  static Deferred<void> handle(std::shared_ptr<Exchange> self, std::shared_ptr<Factory> site);
  Response handlerFailed(const Failure& why);

  void answer(Response response);
  void applyConditions(Response& response);
  void handOver(const Response& response, std::shared_ptr<Protocol> next);
  std::string_view whyNoHandover(std::string_view upgrade) const;
  void send(Response& response, int minorVersion, bool keepAlive);
  bool restIsDiscardable() const;
  static Deferred<void> stream(std::shared_ptr<Exchange> self, std::shared_ptr<Factory> site);
  void streamEnded(const Failure& failure);
  void answered();
  void ended();
  static void fire(Waiters& waiters, const Failure& why);
  void beginAccess(int status, wire::WallTime now);
  void noteWritten();
  void logQueueFull(const Failure& why) const;

  Http1Connection* connection_;  // null once it is gone
  const SiteState& site_;        // lives as long as a handler does
  TransportRef transport_;
  wire::RequestReader reader_;
  routes::RouteMatch match_;
  IncomingBody body_;
  Answer answer_;
  Request request_{*this};
  BodyWriter writer_{*this};
  std::shared_ptr<BodyFlow> flow_;  // once a producer writes the stream
  Waiters finishWaiters_;
  Waiters drainWaiters_;
  MemoryCharge charge_;  // for head and body
  Failure whyLost_;
  std::uint64_t received_ = 0;  // of the body
  std::size_t discarded_ = 0;
  Input input_ = Input::Head;
  Output output_ = Output::None;
  bool keepAlive_ = true;
  bool written_ = false;          // what writes the stream is done, only its end is to come
  bool conditionsAsked_ = false;  // by the handler
  bool isLogged_ = false;         // it has a line in the access log
  bool owesContinue_ = false;     // the client waits for 100 before it sends the body
};

}  // namespace ropewalk::http::server
