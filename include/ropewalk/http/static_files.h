#pragma once

#include <memory>
#include <string>

#include "ropewalk/http/request.h"
#include "ropewalk/http/response.h"

namespace ropewalk::http::files {
class RootDirectory;
}

namespace ropewalk::http {

/// What StaticFiles does with a symbolic link.
enum class Symlinks {
  Refuse,      ///< 404
  WithinRoot,  ///< followed as long as it stays under the root, and is not absolute
  Follow,      ///< followed wherever it leads
};

/// How StaticFiles serves. Every field has a safe default.
struct StaticOptions {
  /// Served for a directory; empty: directories are 404.
  std::string index = "index.html";

  Symlinks symlinks = Symlinks::WithinRoot;
};

/// Serves the regular files under a directory.
///
///   site.mount("/", http::StaticFiles("./html"));
///
/// Answers GET and HEAD. Other registered methods (IANA's list) get 405, unknown ones 501; neither
/// answer waits for the body of the request. The media type is that of the file name's extension in
/// the system's mime.types, or application/octet-stream. A directory without the slash at the end
/// is redirected to the one with it (301).
///
/// Last-Modified and ETag are sent, and conditions and ranges honoured as Response::setETag() and
/// allowRanges() say; what is sent of a file goes by sendfile(2). The tag is made of the file's
/// size and the time of its last change in nanoseconds: a file that is written twice within one
/// tick of the file system's clock (a few milliseconds) and keeps its size keeps its tag. Replace
/// files by renaming, not by writing into them: a file that becomes shorter while it is sent breaks
/// the connection off.
///
/// No request gets out of the root, whatever its dots, escapes and links: each segment is decoded
/// once, `.`, `..`, empty ones and those with a slash in them are 404, and the kernel looks the
/// path up beneath the root (openat2; where there is none, component by component, and links are
/// refused). A path without a regular file gets 404, an unreadable file 403, a shortage of
/// descriptors or memory 503, any other error (a failing disk) 500. The last two are logged. Names
/// that begin with a dot are served like all others, `.well-known` as well as `.git` and
/// `.htpasswd`: keep private files out of the root.
///
/// Ownership: copies share the open root.
/// Errors: the constructor throws std::system_error, with the path, if the root cannot be opened.
class StaticFiles {
 public:
  /// For Router: the answer does not depend on the body of the request.
  using IgnoresBody = void;

  explicit StaticFiles(const std::string& root, StaticOptions options = {});

  Response operator()(Request& request) const;

 private:
  Response fileAt(Request& request, const std::string& path) const;
  Response directoryAt(Request& request, const std::string& path) const;

  std::shared_ptr<const files::RootDirectory> root_;
  std::string index_;
};

}  // namespace ropewalk::http
