#include "support/loopback_wire.h"
#include "unit/core/eviction_rules.h"
