#include "unit/http/feeds/http1_feed.h"

namespace ropewalk::http::test {
using Feed = Http1Feed;
}

#include "unit/http/server/body_producer_rules.h"
