#pragma once

namespace ropewalk::detail {

// While on, reactor() throws on this thread unless one was made current: code that means to run in
// a simulated world must not reach the real one by mistake.
void forbidDefaultReactor(bool forbidden) noexcept;

}  // namespace ropewalk::detail
