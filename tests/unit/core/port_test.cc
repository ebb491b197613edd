#include "support/simulated_wire.h"
#include "unit/core/port_rules.h"
