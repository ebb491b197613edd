#include "unit/http/feeds/http1_feed.h"

namespace ropewalk::http::test {
using Feed = Http1Feed;
}

#include "sim/http/file_rules.h"
