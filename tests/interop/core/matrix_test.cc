#include "support/loopback_wire.h"
#include "unit/core/matrix_rules.h"
