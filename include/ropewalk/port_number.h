#pragma once

#include <charconv>
#include <string_view>

#include "ropewalk/error.h"

namespace ropewalk {

/// Parses `text` as a port: a decimal number from 0 to 65535 and nothing else.
///
///   reactor().listenTCP(argc > 1 ? portNumber(argv[1]) : 8000, factory);
///
/// Throws InvalidAddressError, naming `text`, for anything else.
inline int portNumber(std::string_view text) {
  int port = -1;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc() || stopped != end || port < 0 || port > 65535) {
    throw InvalidAddressError(text, "a port is a number from 0 to 65535");
  }
  return port;
}

/// The TCP port of the service `name`, as this system knows it: 80 for "http".
///
///   reactor().connectTCP(address, servicePort("http"), factory);
///
/// Throws ServiceNameUnknownError for an unknown name.
int servicePort(std::string_view name);

}  // namespace ropewalk
