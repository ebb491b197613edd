#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "http/wire/answer_head.h"
#include "ropewalk/deferred.h"
#include "ropewalk/http/response.h"
#include "ropewalk/producer.h"
#include "ropewalk/transport.h"

namespace ropewalk {
class Factory;
class Failure;
class Protocol;
}  // namespace ropewalk

namespace ropewalk::http::server {

class Exchange;

// What carries one Exchange: an HTTP/1 connection, one request at a time, or one stream of a
// connection that carries many.
//
// The two know each other. The carrier makes its exchange and feeds it: headReceived(),
// bodyReceived(), bodyEnded(), inputEnded(), refuse(), roomAvailable(), lost(). The exchange calls
// the methods here: what a version of HTTP does in its own way, and nothing else.
//
// Ownership: the carrier has the exchange in it, and both live as long as either is in use: by the
// connection, a handler's frame or a body's writer. When the connection or the stream has ended,
// state() is Over and the other methods do nothing.
class Carrier : public std::enable_shared_from_this<Carrier> {
 public:
  using Body = Response::Body;

  // A coroutine that works on the exchange. It keeps both arguments until it is done.
  using Work = Deferred<void> (*)(std::shared_ptr<Exchange>, std::shared_ptr<Factory> site);

  enum class State : std::uint8_t {
    Open,
    Closing,  // nothing more can be written, but what was is still sent
    Over,
  };

  // How much of the answer is unsent: a writer should stop at None, and may go on at Plenty.
  enum class Room : std::uint8_t { Plenty, Enough, None };

  Carrier(const Carrier&) = delete;
  Carrier& operator=(const Carrier&) = delete;
  virtual ~Carrier() = default;

  virtual State state() const = 0;
  Address peer() const { return transport_->getPeer(); }
  Reactor& reactor() const { return transport_->reactor(); }

  // Calls `work`; what it starts ends with the carrier.
  virtual void run(Work work) = 0;

  // --- The request ---

  // The views of the request's head must depend on no input from now on.
  virtual void keepHead() = 0;

  // Tells a client that waits for it to send the body.
  virtual void sendContinue() = 0;

  // The exchange may want more input than before, or has taken some of its own accord.
  virtual void inputWanted() = 0;

  // Nothing more of the request is wanted. What was written of the answer is still sent.
  virtual void close() = 0;

  // --- The answer: send(), or begin() write()* finish(); then answered() ---

  // Sends an answer that is there: its head and, unless `body` is null, its body, out of which may
  // be taken what is needed.
  virtual void send(const wire::AnswerHead& head, Body* body) = 0;

  // Sends the head of an answer whose body is written piece by piece.
  virtual void begin(const wire::AnswerHead& head) = 0;
  virtual void write(std::string_view bytes) = 0;
  virtual void write(FilePart part) = 0;
  virtual void finish() = 0;

  // All of the answer was given to this, and everybody who waited for that was told.
  virtual void answered() = 0;

  // Ends in such a way that the client cannot take the part of the body that it has for the whole.
  virtual void breakOff(const Failure& why) = 0;

  // --- Flow of the answer ---

  virtual Room room() const = 0;

  // Calls Exchange::roomAvailable(), from the event loop, once room() is Plenty, or roomLost()
  // before lost(). REQUIRES: state() is Open.
  virtual void awaitRoom() = 0;

  // As those of Transport, for the answer of this exchange.
  virtual void registerProducer(std::shared_ptr<Producer> producer, Streaming streaming) = 0;
  virtual void unregisterProducer() = 0;

  // --- The connection given away: Response::detach(), upgrade() ---

  // Why it cannot be; empty if it can.
  virtual std::string_view whyNoHandover() const = 0;

  // Gives it to `next`, after the answer that says so if there is an `upgrade` to say.
  virtual void handOver(std::string_view upgrade, const FieldList& fields,
                        std::shared_ptr<Protocol> next) = 0;

 protected:
  explicit Carrier(TransportRef transport) : transport_(std::move(transport)) {}

  TransportRef transport_;  // of the connection
};

}  // namespace ropewalk::http::server
