#include "support/loopback_wire.h"
#include "unit/core/backpressure_rules.h"
