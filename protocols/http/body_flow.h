#pragma once

#include <memory>
#include <utility>

#include "ropewalk/producer.h"
#include "ropewalk/transport.h"

namespace ropewalk::http {

// Stands between the transport and the producer that writes a streamed body: what the producer
// throws breaks the body off, which an orderly end of the connection would hide.
class BodyFlow final : public Producer, public std::enable_shared_from_this<BodyFlow> {
 public:
  explicit BodyFlow(TransportRef transport) : transport_(std::move(transport)) {}

  // As Transport::registerProducer().
  void setProducer(std::shared_ptr<Producer> producer, Streaming streaming);
  void clearProducer();

  void pauseProducing() override;
  void resumeProducing() override;
  void stopProducing() override;

 private:
  TransportRef transport_;
  std::shared_ptr<Producer> producer_;
};

}  // namespace ropewalk::http
