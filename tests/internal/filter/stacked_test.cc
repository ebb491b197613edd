#include "internal/filter/filtered_wire.h"
#include "support/simulated_wire.h"

namespace ropewalk::test {
namespace {
using Wire = FilteredWire<SimulatedWire, 2>;
}  // namespace
}  // namespace ropewalk::test

#include "internal/filter/every_rule.h"
