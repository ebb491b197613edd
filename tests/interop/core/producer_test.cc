#include "support/loopback_wire.h"
#include "unit/core/producer_rules.h"
