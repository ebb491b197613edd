#pragma once

namespace ropewalk::detail {

// True while this thread is inside the log: what it logs then is dropped, for it would wait for
// itself.
extern constinit thread_local bool isLogging;

}  // namespace ropewalk::detail
