#pragma once

#include <string_view>

namespace ropewalk::http {

// True for `host`, `host:port`, `127.0.0.1:80` or `[::1]:80`: what a Host field and the authority
// of an absolute target may be (RFC 9110 7.2).
//
// Stricter than RFC 3986: a host name is letters, digits and `-._~`, at most 255 of them; no user,
// no comma, no percent sign, no zone, no future literals.
bool isAuthority(std::string_view text);

}  // namespace ropewalk::http
