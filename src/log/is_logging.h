#pragma once

namespace ropewalk::detail {

// True while this thread holds the log's lock. What it logs then is dropped, because it would wait
// for itself.
extern constinit thread_local bool isLogging;

}  // namespace ropewalk::detail
