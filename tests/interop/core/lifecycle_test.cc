// The rules of a protocol's life on real sockets.

#include "support/loopback_wire.h"
#include "unit/core/lifecycle_rules.h"
