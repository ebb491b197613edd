#include "support/simulated_wire.h"
#include "unit/core/producer_rules.h"
