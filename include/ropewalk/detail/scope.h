#pragma once

#include <string>

#include "ropewalk/detail/ref.h"
#include "ropewalk/log.h"

namespace ropewalk::detail {

class CoroutineFrame;

// The coroutines that belong to one owner, normally a connection, and end with it.
//
// A coroutine belongs to the scope that is current when it starts. While it runs, its scope is
// current, so the coroutines that it starts belong to it too. The scope is also current while a
// callback runs that was added to a Deferred in it.
//
// Ownership: reference-counted; each frame keeps its scope. Handles may be dropped on any thread,
// because Protocol::whileConnected() puts one into the caller's callable.
class Scope final : public SharedRefCounted {
 public:
  // Copies the current prefix of the LogContext. Its coroutines log with that prefix.
  Scope();

  static Scope* current() noexcept;

  bool isClosed() const noexcept { return closed_; }

  // The connection goes to another protocol, so the scope will be closed soon.
  void handOver() noexcept { handedOver_ = true; }

  // True once the calls and coroutines of this scope must no longer act on the connection.
  bool isOver() const noexcept { return closed_ || handedOver_; }

  // Ends every coroutine of this scope, newest first. Later calls do nothing.
  //
  // The await in which a frame is suspended raises CancelledError (a stream may return a result
  // instead), and each later one does so at once. A frame that still does not end is destroyed.
  // When this returns, the only frames left are running ones, further up this stack: their next
  // await raises. If a coroutine is running, coroutines of other scopes are not resumed before this
  // returns.
  void close();

  const std::string& logPrefix() const noexcept { return logPrefix_; }

  // Makes a scope current (null: none) for the life of this guard, and keeps it alive.
  class Enter {
   public:
    explicit Enter(Scope* scope) noexcept;
    Enter(const Enter&) = delete;
    Enter& operator=(const Enter&) = delete;
    ~Enter();

   private:
    Ref<Scope> scope_;
    Scope* outer_;
    LogContext logContext_;
  };

 private:
  friend class CoroutineFrame;

  ~Scope() override;

  // The newest frame first. close() moves the frames it has dealt with to the second list.
  CoroutineFrame* frames_ = nullptr;
  CoroutineFrame* cancelledFrames_ = nullptr;
  std::string logPrefix_;
  bool closed_ = false;
  bool handedOver_ = false;
};

inline constinit thread_local Scope* currentScope = nullptr;

inline Scope* Scope::current() noexcept { return currentScope; }

}  // namespace ropewalk::detail
