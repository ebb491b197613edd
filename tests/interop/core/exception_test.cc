#include "support/loopback_wire.h"
#include "unit/core/exception_rules.h"
