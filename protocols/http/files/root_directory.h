#pragma once

#include <cstdint>
#include <string>

#include "ropewalk/http/response.h"
#include "ropewalk/http/static_files.h"

namespace ropewalk::http::files {

// A directory from which files are opened, and out of which no path leads.
class RootDirectory {
 public:
  // What is at a path. `error` is 0 or the errno of why it cannot be opened.
  struct Found {
    FilePart file;
    bool isFile = false;
    bool isDirectory = false;
    std::chrono::sys_seconds modified{};
    std::string tag;  // of a file
    int error = 0;
  };

  // Throws std::system_error if `path` is no directory that can be opened.
  RootDirectory(const std::string& path, Symlinks symlinks);

  // Looks at `path`, relative to the root, without blocking on a FIFO or a device.
  // REQUIRES: its components are neither empty nor dots; the empty path is the root itself.
  Found open(const std::string& path) const;

 private:
  FileDescriptor openBeneath(const std::string& path) const;
  FileDescriptor openByComponents(const std::string& path) const;

  FileDescriptor root_;
  Symlinks symlinks_;
};

}  // namespace ropewalk::http::files
