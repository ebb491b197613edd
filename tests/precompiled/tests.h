// What most tests include, parsed once for all of them where b_pch is on. It saves time and nothing
// else: every test includes what it uses, and most builds are without this.

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ropewalk/ropewalk.h"
#include "ropewalk/sim/world.h"
#include "support/captured_log.h"
#include "support/scripted.h"
