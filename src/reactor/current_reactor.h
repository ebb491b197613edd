#pragma once

namespace ropewalk {
class Reactor;
}

namespace ropewalk::detail {

// Called when `reactor` is destroyed: if it is the current one of this thread, none is afterwards.
void forgetCurrentReactor(const Reactor& reactor) noexcept;

// While on, reactor() throws on this thread unless a reactor was made current, so that code written
// for a simulated world does not reach the real one by mistake.
void forbidDefaultReactor(bool forbidden) noexcept;

}  // namespace ropewalk::detail
