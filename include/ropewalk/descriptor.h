#pragma once

#include <string>

#include "ropewalk/failure.h"

namespace ropewalk {

/// A file descriptor that a reactor watches: of a device, a pipe, or the socket of another library.
///
///   class Keyboard : public Descriptor {
///     int fileno() const override { return STDIN_FILENO; }
///     void doRead() override { ... read(2) what is there ... }
///   };
///   reactor().addReader(std::make_shared<Keyboard>());
///
/// To watch with a callback only, use Reactor::addReader(int, callable).
///
/// Order: doRead() and doWrite() each time the descriptor is ready, one at a time. connectionLost()
/// last, at most once, and not after removeReader(), removeWriter() or Reactor::removeAll().
/// Ownership: the reactor shares it while it is watched, and never closes the descriptor.
/// Errors: an exception from doRead() or doWrite() is logged and passed to connectionLost().
/// Threads: the reactor's.
class Descriptor {
 public:
  Descriptor() = default;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  virtual ~Descriptor() = default;

  /// The descriptor. Must not change while watched; -1 once closed. Not called once it is no longer
  /// watched.
  virtual int fileno() const = 0;

  /// Reading would not block: bytes, an end, or an error.
  virtual void doRead() {}

  /// Writing would not block.
  virtual void doWrite() {}

  /// The reactor no longer watches it. `why` is ConnectionLost if the reactor stops or other code
  /// closed the descriptor, or the exception of doRead() or doWrite(). epoll does not report a
  /// close: remove the descriptor before you close it.
  virtual void connectionLost(const Failure& why);

  /// Its name in log lines: the class's name unless overridden.
  virtual std::string logPrefix() const;
};

}  // namespace ropewalk
