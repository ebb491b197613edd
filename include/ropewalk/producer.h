#pragma once

#include "ropewalk/detail/cxx20.h"

namespace ropewalk {

/// A source of data that a transport can pause and resume.
///
/// A push producer (registered as streaming) writes whenever it likes, except between
/// pauseProducing() and resumeProducing(). A pull producer writes one piece per resumeProducing().
///
/// Order: a push producer gets pauseProducing() from inside the write() that makes the queue exceed
/// ConnectionLimits::writeHighWater, once per crossing, and resumeProducing() from the event loop
/// once it is at or under writeLowWater. A pull producer gets its first resumeProducing() from the
/// event loop after it was registered, then one each time the queue is empty; never
/// pauseProducing(). stopProducing() is the last call: the connection has ended.
///
/// Ownership: the transport shares it until unregisterProducer() or the end.
/// Errors: an exception from resumeProducing() ends the connection with that exception.
class Producer {
 public:
  virtual ~Producer() = default;

  virtual void pauseProducing() = 0;
  virtual void resumeProducing() = 0;
  virtual void stopProducing() = 0;
};

/// How a producer is registered.
enum class Streaming : bool { Pull, Push };

}  // namespace ropewalk
