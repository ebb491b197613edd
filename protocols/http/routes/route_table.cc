#include "http/routes/route_table.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "http/routes/path_segments.h"
#include "http/wire/grammar.h"

namespace ropewalk::http::routes {
namespace {

[[noreturn]] void refuseRoute(const std::string& why) {
  throw std::invalid_argument("http::Router: " + why);
}

std::string_view withoutLastSlash(std::string_view path) {
  return path.ends_with('/') ? path.substr(0, path.size() - 1) : path;
}

// The Allow field for a path that has these, each method once.
std::string allowed(const std::vector<const MethodTable*>& tables) {
  std::vector<std::string_view> methods;
  for (const MethodTable* const table : tables) table->listInto(methods);
  std::string text;
  for (auto method = methods.begin(); method != methods.end(); ++method) {
    if (std::find(methods.begin(), method, *method) != method) continue;
    if (!text.empty()) text += ", ";
    text += *method;
  }
  return text;
}

}  // namespace

bool MethodTable::has(std::string_view method) const {
  return std::ranges::any_of(routes_, [method](const auto& each) { return each.first == method; });
}

Route& MethodTable::put(std::string method, std::unique_ptr<Route> route) {
  routes_.emplace_back(std::move(method), std::move(route));
  return *routes_.back().second;
}

const Route* MethodTable::find(std::string_view method) const {
  const Route* ofGet = nullptr;
  const Route* ofAny = nullptr;
  for (const auto& [known, route] : routes_) {
    if (known == method) return route.get();
    if (known == "GET") ofGet = route.get();
    if (known.empty()) ofAny = route.get();
  }
  return method == "HEAD" && ofGet != nullptr ? ofGet : ofAny;
}

void MethodTable::listInto(std::vector<std::string_view>& methods) const {
  for (const auto& [method, route] : routes_) {
    if (method == "GET") methods.push_back("HEAD");
    methods.push_back(method);
  }
}

Route& RouteTable::add(std::string_view method, std::string_view path,
                       std::unique_ptr<Responder> responder) {
  if (!method.empty() && !wire::isToken(method)) refuseRoute("a method that is no token");
  return put(method, path, std::make_unique<Route>(std::move(responder)));
}

Route& RouteTable::addMount(std::string_view path, std::unique_ptr<Responder> responder) {
  return putMount(path, std::make_unique<Route>(std::move(responder)));
}

void RouteTable::take(std::string_view prefix, RouteTable& other) {
  const std::string before(withoutLastSlash(prefix));
  const auto takeAll = [&](const std::string& path, MethodTable& methods) {
    methods.takeEach([&](const std::string& method, std::unique_ptr<Route> route) {
      put(method, before + path, std::move(route));
    });
  };
  for (auto& [path, methods] : other.exact_) takeAll(path, methods);
  for (Parametric& each : other.parametric_) takeAll(each.path, each.methods);
  for (Mount& each : other.mounts_) putMount(before + each.path + "/", std::move(each.route));
}

Route& RouteTable::put(std::string_view method, std::string_view path,
                       std::unique_ptr<Route> route) {
  if (path.empty()) refuseRoute("an empty path");
  RoutePattern pattern(path);
  if (has(method, path, pattern)) {
    refuseRoute("a second handler for " + std::string(method) + " " + std::string(path));
  }
  return tableFor(path, std::move(pattern)).put(std::string(method), std::move(route));
}

bool RouteTable::has(std::string_view method, std::string_view path,
                     const RoutePattern& pattern) const {
  if (const auto found = exact_.find(path); found != exact_.end()) return found->second.has(method);
  return std::ranges::any_of(parametric_, [&](const Parametric& each) {
    return each.pattern == pattern && each.methods.has(method);
  });
}

MethodTable& RouteTable::tableFor(std::string_view path, RoutePattern pattern) {
  if (!pattern.hasParameters()) return exact_[std::string(path)];
  for (Parametric& each : parametric_) {
    if (each.path == path) return each.methods;
  }
  parametric_.push_back({std::string(path), std::move(pattern), {}});
  return parametric_.back().methods;
}

Route& RouteTable::putMount(std::string_view path, std::unique_ptr<Route> route) {
  if (!path.starts_with('/'))
    refuseRoute("the mount '" + std::string(path) + "' does not begin with a slash");
  const std::string_view whole = withoutLastSlash(path);
  RoutePattern pattern(whole);
  if (pattern.hasParameters()) refuseRoute("the mount '" + std::string(path) + "' has parameters");
  const auto place = std::ranges::find_if(
      mounts_, [whole](const Mount& each) { return each.path.size() <= whole.size(); });
  for (const Mount& each : mounts_) {
    if (each.path == whole) refuseRoute("a second mount at " + std::string(path));
  }
  return *mounts_.insert(place, {std::string(whole), std::move(pattern), std::move(route)})->route;
}

RouteMatch RouteTable::find(std::string_view method, std::string_view path) const {
  RouteMatch match;
  if (const MethodTable* const methods = findExact(path)) {
    match.route = methods->find(method);
    if (match.route == nullptr) match.allow = allowed({methods});
    return match;
  }
  if (findParametric(method, path, match)) return match;
  for (const Mount& mount : mounts_) {
    const auto rest = mount.pattern.matchBeginning(path);
    if (!rest) continue;
    match.route = mount.route.get();
    match.rest = *rest;
    break;
  }
  return match;
}

const MethodTable* RouteTable::findExact(std::string_view path) const {
  std::string decoded;
  if (path.find('%') != std::string_view::npos) {
    for (PathSegments walk(path); walk.next();) {
      const std::string segment = walk.segment();
      if (segment.find('/') != std::string::npos) return nullptr;
      decoded.append("/").append(segment);
    }
    path = decoded;
  }
  const auto found = exact_.find(path);
  return found == exact_.end() ? nullptr : &found->second;
}

// True if `path` is that of a route with parameters, whether there is one for `method` or not.
bool RouteTable::findParametric(std::string_view method, std::string_view path,
                                RouteMatch& match) const {
  std::vector<const MethodTable*> others;
  for (const Parametric& each : parametric_) {
    auto values = each.pattern.match(path);
    if (!values) continue;
    match.route = each.methods.find(method);
    if (match.route != nullptr) {
      match.params = std::move(*values);
      return true;
    }
    others.push_back(&each.methods);
  }
  match.allow = allowed(others);
  return !others.empty();
}

}  // namespace ropewalk::http::routes
