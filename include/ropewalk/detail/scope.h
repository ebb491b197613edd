#pragma once

#include <string>

#include "ropewalk/detail/ref.h"
#include "ropewalk/log.h"

namespace ropewalk::detail {

class CoroutineFrame;

// The coroutines that run on behalf of somebody, normally of one connection, and end with it.
//
// A coroutine belongs to the scope that is current when it starts. While it runs its scope is
// current, so what it starts belongs there too; so it is while a callback runs that was added to a
// Deferred in the scope.
//
// Ownership: counted; each frame keeps its scope. Handles may be dropped on any thread, because
// Protocol::whileConnected() puts one into the caller's callable.
class Scope final : public SharedRefCounted {
 public:
  // Remembers in whose name this is: what its coroutines log has the LogContext's prefix of now.
  Scope();

  static Scope* current() noexcept;

  bool isClosed() const noexcept { return closed_; }

  // Said when the connection goes to another protocol: the scope will be closed soon.
  void handOver() noexcept { handedOver_ = true; }

  // True once what belongs to this scope must no longer act on the connection.
  bool isOver() const noexcept { return closed_ || handedOver_; }

  // Ends every coroutine of this scope, newest first; false-to-true once, later calls do nothing.
  //
  // The await in which a frame is suspended raises CancelledError (a stream may answer otherwise),
  // and each later one does so at once; one that will not end even so is destroyed. When this
  // returns no frame is left but those that are running, further up this stack: they see their next
  // await raise. Coroutines of other scopes are not resumed before this returns, if one runs.
  void close();

  const std::string& logPrefix() const noexcept { return logPrefix_; }

  // Makes a scope current (null: none) for the life of this guard, and keeps it for so long.
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
