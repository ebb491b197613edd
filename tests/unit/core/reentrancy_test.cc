#include "support/simulated_wire.h"
#include "unit/core/reentrancy_rules.h"
