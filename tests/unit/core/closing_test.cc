#include "support/simulated_wire.h"
#include "unit/core/closing_rules.h"
