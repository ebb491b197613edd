#include "support/loopback_wire.h"
#include "unit/core/reentrancy_rules.h"
