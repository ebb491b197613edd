#include "support/loopback_wire.h"
#include "unit/core/connector_rules.h"
