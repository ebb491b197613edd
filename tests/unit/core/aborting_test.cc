#include "support/simulated_wire.h"
#include "unit/core/aborting_rules.h"
