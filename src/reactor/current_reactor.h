#pragma once

namespace ropewalk {
class Reactor;
}

namespace ropewalk::detail {

// Makes `reactor` no longer current on this thread: for one that is destroyed while it is current.
void forgetCurrentReactor(const Reactor& reactor) noexcept;

// While on, reactor() throws on this thread unless one was made current: code that means to run in
// a simulated world must not reach the real one by mistake.
void forbidDefaultReactor(bool forbidden) noexcept;

}  // namespace ropewalk::detail
