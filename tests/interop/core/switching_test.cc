#include "support/loopback_wire.h"
#include "unit/core/switching_rules.h"
