#pragma once

namespace ropewalk {
class Reactor;
}

namespace ropewalk::detail {

// For a reactor that is destroyed while it is current on this thread, and stays so.
void forgetCurrentReactor(const Reactor& reactor) noexcept;

// While on, reactor() throws on this thread unless one was made current: code that means to run in
// a simulated world must not reach the real one by mistake.
void forbidDefaultReactor(bool forbidden) noexcept;

}  // namespace ropewalk::detail
