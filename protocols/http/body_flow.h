#pragma once

#include <memory>

#include "ropewalk/http/body_writer.h"
#include "ropewalk/producer.h"
#include "ropewalk/transport.h"

namespace ropewalk::http {

// How fast a streamed body is written: the transport's producer while it is, in the place of
// whoever writes, be it a coroutine that waits in drained() or a producer of the user's.
class BodyFlow final : public Producer, public std::enable_shared_from_this<BodyFlow> {
 public:
  explicit BodyFlow(TransportRef transport) : transport_(std::move(transport)) {}

  void begin();

  // The body has been written. REQUIRES: no producer is set any more.
  void end();

  void setProducer(std::shared_ptr<Producer> producer, Streaming streaming);
  void clearProducer();

  // For BodyWriter::Drained.
  bool isPaused() const { return paused_; }
  bool isWaitedFor() const { return drained_ != nullptr; }
  void setDrained(BodyWriter::Drained* waiting) { drained_ = waiting; }
  void cancelDrained();

  void pauseProducing() override;
  void resumeProducing() override;
  void stopProducing() override;

 private:
  void registerAs(Streaming streaming);
  void wakeDrained();

  TransportRef transport_;
  std::shared_ptr<Producer> producer_;
  BodyWriter::Drained* drained_ = nullptr;
  Streaming streaming_ = Streaming::Push;
  bool paused_ = false;
};

}  // namespace ropewalk::http
