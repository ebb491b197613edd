#include "support/simulated_wire.h"
#include "unit/core/connector_rules.h"
