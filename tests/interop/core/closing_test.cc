#include "support/loopback_wire.h"
#include "unit/core/closing_rules.h"
