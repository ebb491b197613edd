#include "support/loopback_wire.h"
#include "unit/core/aborting_rules.h"
