#include "sys/host_names.h"

#include <netdb.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <memory>

#include "sys/kernel.h"
#include "sys/socket_address.h"

namespace ropewalk::sys {

namespace {

bool isOfNames(char byte) {
  return std::isalnum(static_cast<unsigned char>(byte)) || byte == '-' || byte == '_';
}

bool isNumber(std::string_view label) {
  const bool isHex = label.starts_with("0x") || label.starts_with("0X");
  return isHex || std::ranges::all_of(label, [](char byte) { return byte >= '0' && byte <= '9'; });
}

}  // namespace

std::string_view faultIn(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty()) return "an empty name";
  if (name.size() > 253) return "a name of more than 253 bytes";
  while (true) {
    const std::size_t dot = name.find('.');
    const std::string_view label = name.substr(0, dot);
    if (label.empty()) return "an empty label in a name";
    if (label.size() > 63) return "a label of more than 63 bytes";
    if (!std::ranges::all_of(label, isOfNames)) return "a byte that no name has";
    if (dot == std::string_view::npos)
      return isNumber(label) ? "neither an address nor a name" : "";
    name.remove_prefix(dot + 1);
  }
}

std::string lookupKey(std::string_view name) {
  std::string key(name);
  for (char& byte : key) byte = static_cast<char>(std::tolower(static_cast<unsigned char>(byte)));
  return key;
}

NameAnswer lookUp(const std::string& name) {
  addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = kernel.getaddrinfo(name.c_str(), nullptr, &wanted, &found);
  if (error != 0) return {{}, error == EAI_SYSTEM ? std::strerror(errno) : ::gai_strerror(error)};
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> list(found, kernel.freeaddrinfo);
  NameAnswer answer;
  for (const addrinfo* each = found; each; each = each->ai_next) {
    if (each->ai_family != AF_INET && each->ai_family != AF_INET6) continue;
    SocketAddress address;
    std::memcpy(address.get(), each->ai_addr, each->ai_addrlen);
    const Address parsed = address.address();
    const bool isKnown = std::ranges::find(answer.addresses, parsed) != answer.addresses.end();
    if (!isKnown && answer.addresses.size() < kMostAddresses) answer.addresses.push_back(parsed);
  }
  if (answer.addresses.empty()) answer.why = "it has no address";
  return answer;
}

}  // namespace ropewalk::sys
