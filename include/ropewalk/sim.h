#pragma once

/// Everything for testing protocols without sockets and without waiting.

#include "ropewalk/sim/capture.h"
#include "ropewalk/sim/clock.h"
#include "ropewalk/sim/conditions.h"
#include "ropewalk/sim/connected_pair.h"
#include "ropewalk/sim/explore.h"
#include "ropewalk/sim/host.h"
#include "ropewalk/sim/leftovers.h"
#include "ropewalk/sim/no_progress.h"
#include "ropewalk/sim/random.h"
#include "ropewalk/sim/recorder.h"
#include "ropewalk/sim/schedule.h"
#include "ropewalk/sim/string_transport.h"
#include "ropewalk/sim/world.h"
