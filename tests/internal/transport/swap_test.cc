#include "support/loopback_wire.h"

namespace ropewalk::test {
namespace {
using Wire = LoopbackWire;
}  // namespace
}  // namespace ropewalk::test

#include "internal/filter/swap_rules.h"
