// The standard headers that most sources of the libraries include, parsed once for all of them
// where b_pch is on. It saves time and nothing else: every source includes what it uses, and most
// builds are without this.

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>
