#pragma once

#include <string_view>

#include "http/wire/refusal.h"
#include "ropewalk/http/response.h"

namespace ropewalk::http::routes {

// The answers that no handler gives. What came from the client is escaped.
Response notFoundPage(std::string_view path);
Response methodNotAllowedPage(std::string_view allow);
Response notImplementedPage(std::string_view method);
Response forbiddenPage();
Response failedPage();
Response unavailablePage();
Response refusalPage(wire::Refusal refusal);

}  // namespace ropewalk::http::routes
