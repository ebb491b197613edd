#pragma once

// The rules of every wire. The including test defines Wire first.

#include "internal/filter/swap_rules.h"
#include "unit/core/aborting_rules.h"
#include "unit/core/backpressure_rules.h"
#include "unit/core/closing_rules.h"
#include "unit/core/connector_rules.h"
#include "unit/core/cutting_rules.h"
#include "unit/core/eviction_rules.h"
#include "unit/core/exception_rules.h"
#include "unit/core/half_close_rules.h"
#include "unit/core/lifecycle_rules.h"
#include "unit/core/matrix_rules.h"
#include "unit/core/port_rules.h"
#include "unit/core/producer_rules.h"
#include "unit/core/reentrancy_rules.h"
#include "unit/core/switching_end_rules.h"
#include "unit/core/switching_rules.h"
#include "unit/core/unread_rules.h"
