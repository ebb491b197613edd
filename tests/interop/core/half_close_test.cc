#include "support/loopback_wire.h"
#include "unit/core/half_close_rules.h"
