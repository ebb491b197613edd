#include "support/simulated_wire.h"
#include "unit/core/exception_rules.h"
