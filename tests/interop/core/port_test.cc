#include "support/loopback_wire.h"
#include "unit/core/port_rules.h"
