#include "support/simulated_wire.h"
#include "unit/core/backpressure_rules.h"
