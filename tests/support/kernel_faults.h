#pragma once

#include <cstddef>
#include <deque>
#include <map>

namespace ropewalk::test {

// The system calls that can be made to fail. The program that uses this is linked with
// kernel_faults.cc, whose functions of the same names stand before the C library's.
enum class SystemCall { Accept, Connect, Receive, Send, Shutdown, Watch };

// What the next calls of a kind do instead of asking the kernel, first come first served: fail with
// an errno. And what all of them do: move less than they could. Back to normal when this dies.
class KernelFaults {
 public:
  KernelFaults();
  KernelFaults(const KernelFaults&) = delete;
  KernelFaults& operator=(const KernelFaults&) = delete;
  ~KernelFaults();

  // The next call of `call` fails with `error`; after those that were asked for before.
  void failNext(SystemCall call, int error) { errors_[call].push_back(error); }

  // True once all failures of `call` have been had.
  bool isSpent(SystemCall call) { return errors_[call].empty(); }

  // No call receives or sends more than this many bytes; 0: as many as it can.
  std::size_t most = 0;

  // How many calls there were, failed ones included.
  std::map<SystemCall, int> calls;

  // How far the wall clock is off, in seconds.
  long wallClockOffset = 0;

  // For kernel_faults.cc: the errno to fail with, or 0.
  int takeError(SystemCall call);

 private:
  std::map<SystemCall, std::deque<int>> errors_;
};

}  // namespace ropewalk::test
