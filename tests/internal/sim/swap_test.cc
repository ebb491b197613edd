#include "support/simulated_wire.h"

namespace ropewalk::test {
namespace {
using Wire = SimulatedWire;
}  // namespace
}  // namespace ropewalk::test

#include "internal/filter/swap_rules.h"
