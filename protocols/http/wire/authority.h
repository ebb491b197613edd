#pragma once

#include <string_view>

namespace ropewalk::http::wire {

// True for `host`, `host:port`, `127.0.0.1:80`, `[::1]:80` or `[v1.x]`: what a Host field and the
// authority of an absolute target may be (RFC 9110 7.2, RFC 3986 3.2.2).
//
// Stricter than RFC 3986: a host has 1 to 255 characters, an escaped NUL is refused, and a port is
// at most 65 535. No user (RFC 9110 4.2.4) and no zone (RFC 6874 4: neither may be sent).
bool isAuthority(std::string_view text);

}  // namespace ropewalk::http::wire
