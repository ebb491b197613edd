#include "unit/http/feeds/stream_feed.h"

namespace ropewalk::http::test {
using Feed = StreamFeed;
}

#include "unit/http/server/body_producer_rules.h"
