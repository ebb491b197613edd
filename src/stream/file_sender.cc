#include "ropewalk/file_sender.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include "ropewalk/detail/resume_queue.h"
#include "ropewalk/error.h"
#include "ropewalk/failure.h"
#include "ropewalk/reactor.h"
#include "sys/kernel.h"

namespace ropewalk {

FileSender::~FileSender() { finish(); }

Deferred<std::string> FileSender::beginFileTransfer(FileDescriptor file,
                                                    const TransportRef& consumer,
                                                    Transform transform, detail::Place place) {
  finish();
  file_ = std::move(file);
  consumer_ = consumer;
  transform_ = std::move(transform);
  lastByte_.clear();
  done_ = Promise<std::string>(place);
  Deferred<std::string> done = done_.deferred();
  try {
    consumer->registerProducer(shared_from_this(), Streaming::Pull);
  } catch (...) {
    finish();
    throw;
  }
  return done;
}

void FileSender::resumeProducing() {
  std::string piece;
  // The consumer asks again only after a write.
  while (piece.empty()) {
    piece.resize(kChunkSize);
    const ssize_t got = sys::kernel.read(file_.get(), piece.data(), piece.size());
    if (got <= 0) return endTransfer(got == 0 ? 0 : errno);
    piece.resize(static_cast<std::size_t>(got));
    lastByte_ = piece.back();
    if (transform_) piece = transform_(std::move(piece));
    if (piece.empty() && consumer_->isDisconnecting()) return goOnSoon();
  }
  consumer_->write(std::move(piece));
}

// A closing connection waits for the rest; an aborted one stops this producer from the event loop.
// So continue from there.
void FileSender::goOnSoon() {
  next_ = consumer_->reactor().callLater(Duration::zero(), [self = shared_from_this()] {
    try {
      self->resumeProducing();
    } catch (...) {
      self->consumer_->abortConnection(Failure::current());  // as the consumer does (CL13)
      throw;
    }
  });
}

void FileSender::endTransfer(int error) {
  consumer_->unregisterProducer();
  finish();
  const detail::ResumeQueue::Hold resumedLast;
  if (error == 0) return done_.callback(std::move(lastByte_));
  const std::error_code why(error, std::generic_category());
  done_.errback(Failure::of(Error("read: " + why.message(), why)));
}

void FileSender::stopProducing() {
  finish();
  const detail::ResumeQueue::Hold resumedLast;
  if (!done_.hasFired()) {
    done_.errback(Failure::of(Error("Consumer asked us to stop producing")));
  }
}

void FileSender::finish() {
  file_.close();
  if (next_.active()) next_.cancel();
}

}  // namespace ropewalk
