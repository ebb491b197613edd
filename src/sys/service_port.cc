#include <netdb.h>
#include <netinet/in.h>

#include <array>
#include <cstdint>
#include <string>

#include "ropewalk/port_number.h"

namespace ropewalk {

int servicePort(std::string_view name) {
  servent service{};
  servent* found = nullptr;
  std::array<char, 4096> room{};
  ::getservbyname_r(std::string(name).c_str(), "tcp", &service, room.data(), room.size(), &found);
  if (found) return ntohs(static_cast<std::uint16_t>(found->s_port));
  throw ServiceNameUnknownError("no service is called \"" + std::string(name) + "\"");
}

}  // namespace ropewalk
