#pragma once

#include <string>

#include "ropewalk/error.h"

namespace ropewalk::sim {

/// Simulated time cannot go on: something happens again and again at the same moment, such as a
/// call that asks for itself with a delay of 0s, or two peers that answer each other over a network
/// without delay.
class NoProgress : public Error {
 public:
  using Error::Error;
};

}  // namespace ropewalk::sim
