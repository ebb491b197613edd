#pragma once

#include <string>

namespace ropewalk::test {

// A folder of one test's own, which is gone with it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  std::string path(const std::string& file) const { return name_ + "/" + file; }

 private:
  std::string name_;
};

}  // namespace ropewalk::test
