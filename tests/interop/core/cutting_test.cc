#include "support/loopback_wire.h"
#include "unit/core/cutting_rules.h"
