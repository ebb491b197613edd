#pragma once

#include <string_view>

namespace ropewalk::http::wire {

// True for the methods of IANA's registry (RFC 9110 16.1.1), whether they are spoken here or not.
bool isRegisteredMethod(std::string_view method);

}  // namespace ropewalk::http::wire
