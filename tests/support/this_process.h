#pragma once

#include <chrono>
#include <vector>

namespace ropewalk::test {

// The descriptors that are open in this process.
std::vector<int> openDescriptors();

// The socket of this process whose other end has `port` for its own; -1 if there is none.
int socketTo(int port);

int socketOption(int fd, int level, int name);

// The processor time that this process has used, its kernel's work included.
std::chrono::microseconds processorTime();

}  // namespace ropewalk::test
