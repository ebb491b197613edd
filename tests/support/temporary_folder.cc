#include "support/temporary_folder.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace ropewalk::test {

TemporaryFolder::TemporaryFolder()
    : name_((std::filesystem::temp_directory_path() / "ropewalk-XXXXXX").string()) {
  if (::mkdtemp(name_.data()) == nullptr) {
    throw std::system_error(errno, std::generic_category(), "mkdtemp " + name_);
  }
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(name_, ignored);
}

}  // namespace ropewalk::test
