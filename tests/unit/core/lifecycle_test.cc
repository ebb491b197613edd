#include "support/simulated_wire.h"
#include "unit/core/lifecycle_rules.h"
