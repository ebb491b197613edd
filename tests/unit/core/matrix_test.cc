#include "support/simulated_wire.h"
#include "unit/core/matrix_rules.h"
