#include "unit/http/feeds/stream_feed.h"

namespace ropewalk::http::test {
using Feed = StreamFeed;
}

#include "sim/http/file_rules.h"
