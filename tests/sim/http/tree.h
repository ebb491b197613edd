#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "ropewalk/http/static_files.h"
#include "support/temporary_folder.h"
#include "unit/http/served.h"

namespace ropewalk::http::test {

namespace fs = std::filesystem;

inline constexpr const char* kCanary = "CANARY";

// A tree on disk with a root in it and something beside the root that must never be seen.
class Tree {
 public:
  Tree() {
    write("www/hello.txt", "hello world");
    write("www/index.html", "<p>index</p>");
    write("www/sub/index.html", "<p>sub</p>");
    write("www/sub/deep/page.html", "deep");
    write("www/empty/.keep", "");
    write("www/a b&c.txt", "odd name");
    write("www/\xc3\xa9.txt", "accent");
    write("www/large.bin", std::string(1'000'000, 'x'));
    write("www-secret/canary.txt", kCanary);
    write("canary.txt", kCanary);
    // Always the same moment: 1994-11-06 08:49:37.
    const timespec times[2] = {{784111777, 0}, {784111777, 500'000'000}};
    ::utimensat(AT_FDCWD, (root() + "/hello.txt").c_str(), times, 0);
  }

  void write(const std::string& path, const std::string& text) const {
    const fs::path file = top_ / path;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  void link(const std::string& target, const std::string& path) const {
    fs::create_symlink(target, top_ / "www" / path);
  }
  std::string root() const { return (top_ / "www").string(); }
  std::string path(const std::string& name) const { return (top_ / name).string(); }

 private:
  const ropewalk::test::TemporaryFolder folder_;
  const fs::path top_ = folder_.path("");
};

inline Served serving(const Tree& tree, StaticOptions options = {}, const char* at = "/") {
  Router router;
  router.mount(at, StaticFiles(tree.root(), std::move(options)));
  return Served(std::move(router));
}

inline std::string bodyOf(const std::string& answer) {
  return answer.substr(answer.find("\r\n\r\n") + 4);
}

}  // namespace ropewalk::http::test
