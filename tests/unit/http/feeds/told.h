#pragma once

// Answers as text that does not depend on the version of HTTP which they came in:
//
//   200 OK\r\nDate: ...\r\nContent-Type: text/plain\r\n\r\nbody
//
// What only frames a message or manages a connection is left out, and the body is as it was
// written. A feed shows what comes in this form.

#include <string>
#include <string_view>

#include "unit/http/served.h"

namespace ropewalk::http::test {

inline constexpr std::string_view kToldContinue = "100 Continue\r\n\r\n";

// An answer as it has to look. `fields` come behind Date, each with its CRLF.
std::string told(std::string_view status, std::string_view fields, std::string_view body);

// That of Response::text(body).
std::string toldText(std::string_view body);

// The parts of what was told. valueOf() is empty if there is no such field.
std::string toldStatus(std::string_view answer);
std::string toldBody(std::string_view answer);
std::string toldValue(std::string_view answer, std::string_view name);

// What HTTP/1 bytes, which begin with an answer and may end within it, tell.
std::string toldBy(std::string_view http1);

}  // namespace ropewalk::http::test
