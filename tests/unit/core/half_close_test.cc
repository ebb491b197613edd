#include "support/simulated_wire.h"
#include "unit/core/half_close_rules.h"
