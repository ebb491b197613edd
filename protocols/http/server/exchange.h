#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/routes/route_table.h"
#include "http/server/answer.h"
#include "http/server/body_flow.h"
#include "http/server/carrier.h"
#include "http/server/incoming_body.h"
#include "http/server/room_line.h"
#include "http/wire/fault.h"
#include "http/wire/request_head.h"
#include "http/wire/target.h"
#include "ropewalk/factory.h"
#include "ropewalk/failure.h"
#include "ropewalk/http/body_writer.h"
#include "ropewalk/http/request.h"
#include "ropewalk/http/validators.h"
#include "ropewalk/memory_budget.h"
#include "ropewalk/promise.h"

namespace ropewalk::http::server {

class SiteState;

// One request and its answer, in no version of HTTP: what goes over the wire is its Carrier's.
//
// Two things go on side by side, the request coming in and the answer going out:
//
//   input:   Head -> Body -> Complete, or Broken
//   output:  None -> Handling -> Streaming -> Done
//
// The handler is called when the body is complete, or in a route with streamBody() when the head
// is. It is finished when both are at their end.
//
// Shared by whoever holds the carrier, and by the coroutine frames of its handler. After lost()
// only the latter are left, and everything that would go to the carrier goes nowhere.
class Exchange final {
 public:
  // What the head says about the body.
  struct BodyAhead {
    std::uint64_t length = 0;     // 0 also if it is not said
    bool awaitsContinue = false;  // the client sends it when it is told to
  };

  // `carrier` is what this is part of; `head` and `target` belong to it and are filled in before
  // headReceived(). `site` must outlive the carrier's Work.
  Exchange(Carrier& carrier, SiteState& site, const wire::RequestHead& head,
           const wire::Target& target);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // --- For the carrier: the request, in this order ---

  void headReceived(const BodyAhead& ahead);
  void bodyReceived(std::string_view piece);
  void bodyEnded();

  // All input there is for now was handed in.
  void inputPaused();

  // The client will send no more: what is not complete now never will be.
  void inputEnded();

  // Answers with an error and has the carrier closed; nothing more is read.
  void refuse(wire::Fault fault);

  // --- For the carrier: what else happens ---

  void drainRequested();
  void roomAvailable();
  void roomLost() noexcept;

  // Detaches this from the carrier, which is at its end. REQUIRES: roomLost() was called if the
  // carrier was asked for room.
  void lost(const Failure& why);

  // --- For the carrier: how far it is ---

  bool isFinished() const { return input_ == Input::Complete && output_ == Output::Done; }
  bool wantsInput() const { return input_ == Input::Head || input_ == Input::Body; }
  bool hasWholeRequest() const { return input_ == Input::Complete; }
  bool isAnswered() const { return output_ == Output::Done; }
  bool isReadingHead() const { return input_ == Input::Head; }
  bool owesContinue() const { return owesContinue_; }

  // True if part of a body is still to come, that there is room for and that the client may send.
  bool awaitsBody() const { return input_ == Input::Body && !owesContinue_ && !bodyIsFull(); }
  std::uint64_t received() const { return received_; }

  // True if its next piece would be taken at once: by read(), or to be collected or thrown away.
  bool isBodyWanted() const { return !readsAsItComes() || body_.isWantedNow(); }

  // True if so much of the body waits for the handler that no more should be read.
  bool bodyIsFull() const;

  // --- For Request, BodyWriter and what they wait in ---

  std::shared_ptr<Exchange> shared() { return {carrier_.shared_from_this(), this}; }
  const Carrier& carrier() const { return carrier_; }
  const wire::RequestHead& head() const { return head_; }
  const wire::Target& target() const { return target_; }
  const routes::RouteMatch& match() const { return match_; }
  IncomingBody& body() { return body_; }
  void bodyWanted();
  void bodyTaken();
  Deferred<void> notifyFinish(detail::Place place);
  Deferred<void> notifyDrain(detail::Place place);
  bool conditionsHold(const Validators& now);
  bool isConnected() const { return !isLost_ && carrier_.state() != Carrier::State::Over; }
  bool isStreaming() const { return !isLost_ && output_ == Output::Streaming && !written_; }
  void write(std::string_view bytes);
  void write(FilePart part);
  bool hasRoom() const { return carrier_.room() != Carrier::Room::None; }
  void awaitRoom(BodyWriter::Drained& waiter);
  void forgetRoom(BodyWriter::Drained& waiter) noexcept;
  void registerProducer(const std::shared_ptr<Producer>& producer, Streaming streaming);
  void unregisterProducer();

 private:
  using Waiters = std::unique_ptr<std::vector<Promise<void>>>;

  enum class Input : std::uint8_t { Head, Body, Complete, Broken };
  enum class Output : std::uint8_t { None, Handling, Streaming, Done };

  // True while a handler, or what writes its answer, may read the body piece by piece.
  bool readsAsItComes() const {
    return output_ == Output::Handling || output_ == Output::Streaming;
  }

  void keepHead();
  std::uint64_t bodyLimit() const;
  void charge();
  void refuseIfMemoryIsShort();

  void dispatch();
  Response answerNow();
  static Deferred<void> handle(std::shared_ptr<Exchange> self, std::shared_ptr<Factory> site);
  Response handlerFailed(const Failure& why);

  void answer(Response response);
  void applyConditions(Response& response);
  void handOver(const Response& response, std::shared_ptr<Protocol> next);
  std::string_view whyNoHandover(std::string_view upgrade) const;
  void send(Response& response);
  static Deferred<void> stream(std::shared_ptr<Exchange> self, std::shared_ptr<Factory> site);
  void streamEnded(const Failure& failure);
  void answered();
  static void fire(Waiters& waiters, const Failure& why);
  void logQueueFull(const Failure& why) const;

  Carrier& carrier_;
  SiteState& site_;
  const wire::RequestHead& head_;
  const wire::Target& target_;
  routes::RouteMatch match_;
  IncomingBody body_;
  Answer answer_;
  Request request_{*this};
  BodyWriter writer_{*this};
  std::shared_ptr<BodyFlow> flow_;  // once a producer writes the stream
  RoomLine roomLine_;
  Waiters finishWaiters_;
  Waiters drainWaiters_;
  MemoryCharge charge_;  // for head and body
  Failure whyLost_;
  std::uint64_t received_ = 0;  // of the body
  std::size_t discarded_ = 0;
  Input input_ = Input::Head;
  Output output_ = Output::None;
  bool isLost_ = false;
  bool written_ = false;          // what writes the stream is done, only its end is to come
  bool conditionsAsked_ = false;  // by the handler
  bool owesContinue_ = false;     // the client waits for 100 before it sends the body
};

}  // namespace ropewalk::http::server
