#include "support/simulated_wire.h"
#include "unit/core/cutting_rules.h"
