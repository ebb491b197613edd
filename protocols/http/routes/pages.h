#pragma once

#include <string_view>

#include "http/wire/fault.h"
#include "ropewalk/http/response.h"

namespace ropewalk::http::routes {

// The answers that no handler gives. What came from the client is escaped.
Response notFoundPage(std::string_view path);
Response methodNotAllowedPage(std::string_view allow);
Response notImplementedPage(std::string_view method);
Response forbiddenPage();
Response failedPage();
Response unavailablePage();

// The status that answers a faulty request, and the page that says so.
int statusOf(wire::Fault fault);
Response refusalPage(wire::Fault fault);

}  // namespace ropewalk::http::routes
