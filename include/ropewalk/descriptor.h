#pragma once

#include <string>

#include "ropewalk/failure.h"

namespace ropewalk {

/// Something with a file descriptor that a reactor watches: a device, a pipe, the socket of another
/// library.
///
///   class Keyboard : public Descriptor {
///     int fileno() const override { return STDIN_FILENO; }
///     void doRead() override { ... read(2) what is there ... }
///   };
///   reactor().addReader(std::make_shared<Keyboard>());
///
/// For a callback and nothing else there is Reactor::addReader(int, callable).
///
/// Order: doRead() and doWrite() as often as the descriptor is ready, one of them at a time;
/// connectionLost() last, at most once, and not after it was removed by removeReader(),
/// removeWriter() or Reactor::removeAll().
/// Ownership: the reactor shares it as long as it is watched, and never closes the descriptor.
/// Errors: an exception out of doRead() or doWrite() is logged, and the reason of connectionLost().
/// Threads: the reactor's.
class Descriptor {
 public:
  Descriptor() = default;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  virtual ~Descriptor() = default;

  /// Its number, the same as long as it is watched; -1 once it is closed. Not asked any more when
  /// it is no longer watched.
  virtual int fileno() const = 0;

  /// Reading would not block: bytes, an end, or an error.
  virtual void doRead() {}

  /// Writing would not block.
  virtual void doWrite() {}

  /// The reactor watches it no more: ConnectionLost if the reactor stops or the descriptor was
  /// closed underneath, or what doRead() or doWrite() threw. epoll does not tell of a close: remove
  /// the descriptor before you close it.
  virtual void connectionLost(const Failure& why);

  /// How log lines name it: the class's name unless overridden.
  virtual std::string logPrefix() const;
};

}  // namespace ropewalk
