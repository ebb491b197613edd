#pragma once

#include "ropewalk/chat/limits.h"  // IWYU pragma: export
#include "ropewalk/chat/room.h"    // IWYU pragma: export
