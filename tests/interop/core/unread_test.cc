#include "support/guarded_reactor.h"
#include "support/loopback_wire.h"
#include "unit/core/unread_rules.h"
