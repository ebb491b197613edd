#pragma once

/// The core of Ropewalk in one include: reactor, transports, protocols, factories, lines, Deferreds
/// and coroutines. The bundled protocols have their own: <ropewalk/echo.h>, <ropewalk/chat.h>,
/// <ropewalk/http.h>; the simulated world is <ropewalk/sim.h>.

#include "ropewalk/address.h"
#include "ropewalk/connector.h"
#include "ropewalk/deferred.h"
#include "ropewalk/descriptor.h"
#include "ropewalk/error.h"
#include "ropewalk/factory.h"
#include "ropewalk/failure.h"
#include "ropewalk/file_descriptor.h"
#include "ropewalk/file_sender.h"
#include "ropewalk/gather_results.h"
#include "ropewalk/line_only_receiver.h"
#include "ropewalk/line_receiver.h"
#include "ropewalk/listening_port.h"
#include "ropewalk/log.h"
#include "ropewalk/memory_budget.h"
#include "ropewalk/port_number.h"
#include "ropewalk/producer.h"
#include "ropewalk/promise.h"
#include "ropewalk/protocol.h"
#include "ropewalk/reactor.h"
#include "ropewalk/reconnecting_client_factory.h"
#include "ropewalk/result.h"
#include "ropewalk/shared_bytes.h"
#include "ropewalk/stream_protocol.h"
#include "ropewalk/task.h"
#include "ropewalk/timeout.h"
#include "ropewalk/transport.h"
