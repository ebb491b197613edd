#include "ropewalk/http/static_files.h"

#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "http/files/mime_types.h"
#include "http/files/open_error.h"
#include "http/files/root_directory.h"
#include "http/routes/pages.h"
#include "http/routes/path_segments.h"
#include "http/wire/methods.h"
#include "ropewalk/log.h"

namespace ropewalk::http {
namespace {

// The file's path under the root; empty if no file can be meant.
std::optional<std::string> pathUnderRoot(std::string_view rest) {
  std::string path;
  for (routes::PathSegments walk(rest); walk.next();) {
    const std::string segment = walk.segment();
    const bool last = walk.rest().empty();
    if (last && segment.empty()) break;  // the slash at the end
    if (segment.empty() || segment == "." || segment == "..") return std::nullopt;
    if (segment.find_first_of("/\\") != std::string::npos) return std::nullopt;
    if (!path.empty()) path += '/';
    path += segment;
  }
  return path;
}

// To the same path with a slash at its end, on this server: a path that begins with two slashes
// would be taken for another one's name.
Response redirectToSlash(const Request& request) {
  if (request.path().starts_with("//")) return routes::notFoundPage(request.path());
  std::string location(request.path());
  location += '/';
  if (!request.queryString().empty()) location.append("?").append(request.queryString());
  return Response::redirect(location, 301);
}

Response serve(files::RootDirectory::Found found, std::string_view name) {
  return Response::file(std::move(found.file), files::MimeTypes::ofSystem().of(name))
      .setLastModified(found.modified)
      .setETag(found.tag);
}

Response cannotOpen(const Request& request, int error) {
  const auto why = [error] { return std::generic_category().message(error); };
  switch (files::statusOfOpenError(error)) {
    case 403:
      return routes::forbiddenPage();
    case 404:
      return routes::notFoundPage(request.path());
    case 503:
      logWarning("{}: no file can be opened now: {}", request.path(), why());
      return routes::unavailablePage();
    default:
      logError("{}: the file cannot be opened: {}", request.path(), why());
      return routes::failedPage();
  }
}

// RFC 9110 9.1: 501 for an unknown method, 405 for a known one that this resource does not allow.
Response cannotDo(std::string_view method) {
  return wire::isRegisteredMethod(method) ? routes::methodNotAllowedPage("HEAD, GET")
                                          : routes::notImplementedPage(method);
}

}  // namespace

StaticFiles::StaticFiles(const std::string& root, StaticOptions options)
    : root_(std::make_shared<files::RootDirectory>(root, options.symlinks)),
      index_(std::move(options.index)) {}

Response StaticFiles::operator()(Request& request) const {
  if (request.method() != "GET" && request.method() != "HEAD") return cannotDo(request.method());
  const auto path = pathUnderRoot(request.rest());
  if (!path) return routes::notFoundPage(request.path());
  const bool asDirectory = request.rest().ends_with('/');
  return asDirectory ? directoryAt(request, *path) : fileAt(request, *path);
}

Response StaticFiles::fileAt(Request& request, const std::string& path) const {
  files::RootDirectory::Found found = root_->open(path);
  if (found.error != 0) return cannotOpen(request, found.error);
  if (found.isDirectory) return redirectToSlash(request);
  if (!found.isFile) return routes::notFoundPage(request.path());
  return serve(std::move(found), path);
}

Response StaticFiles::directoryAt(Request& request, const std::string& path) const {
  if (index_.empty()) return routes::notFoundPage(request.path());
  const std::string index = path.empty() ? index_ : path + "/" + index_;
  files::RootDirectory::Found found = root_->open(index);
  if (found.error != 0) return cannotOpen(request, found.error);
  if (!found.isFile) return routes::notFoundPage(request.path());
  return serve(std::move(found), index_);
}

}  // namespace ropewalk::http
