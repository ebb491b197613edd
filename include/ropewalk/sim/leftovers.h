#pragma once

#include "ropewalk/error.h"

namespace ropewalk::sim {

/// A World that was to be over still has something; the text names it: see World::finish().
class Leftovers : public Error {
 public:
  using Error::Error;
};

}  // namespace ropewalk::sim
