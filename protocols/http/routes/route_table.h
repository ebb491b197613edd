#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "http/routes/route_pattern.h"
#include "ropewalk/http/router.h"

namespace ropewalk::http::routes {

// The routes of one path, by method. An empty method stands for any other.
class MethodTable {
 public:
  // Also finds GET's for HEAD. Null if there is none.
  const Route* find(std::string_view method) const;

  // REQUIRES: there is none for `method`.
  Route& put(std::string method, std::unique_ptr<Route> route);

  // Calls visit(method, route) for each, and gives the routes away.
  template <typename Visit>
  void takeEach(const Visit& visit) {
    for (auto& [method, route] : routes_) visit(std::move(method), std::move(route));
    routes_.clear();
  }

  bool has(std::string_view method) const;

  // Adds the methods to `methods`, HEAD before GET.
  void listInto(std::vector<std::string_view>& methods) const;

 private:
  std::vector<std::pair<std::string, std::unique_ptr<Route>>> routes_;
};

// What a request's path and method lead to.
struct RouteMatch {
  const Route* route = nullptr;
  RoutePattern::Values params;
  std::string_view rest;
  std::string
      allow;  // without a route: the methods there are for the path; empty: nothing is there
};

// What a Router holds; see there for the order.
class RouteTable {
 public:
  Route& add(std::string_view method, std::string_view path, std::unique_ptr<Responder> responder);
  Route& addMount(std::string_view path, std::unique_ptr<Responder> responder);
  void take(std::string_view prefix, RouteTable& other);

  // The views in the result are good as long as `path` and this table.
  RouteMatch find(std::string_view method, std::string_view path) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  struct Parametric {
    std::string path;
    RoutePattern pattern;
    MethodTable methods;
  };
  struct Mount {
    std::string path;  // without a slash at its end
    RoutePattern pattern;
    std::unique_ptr<Route> route;
  };

  Route& put(std::string_view method, std::string_view path, std::unique_ptr<Route> route);
  Route& putMount(std::string_view path, std::unique_ptr<Route> route);
  MethodTable& tableFor(std::string_view path, RoutePattern pattern);
  bool has(std::string_view method, std::string_view path, const RoutePattern& pattern) const;
  const MethodTable* findExact(std::string_view path) const;
  bool findParametric(std::string_view method, std::string_view path, RouteMatch& match) const;

  std::unordered_map<std::string, MethodTable, Hash, std::equal_to<>> exact_;
  std::deque<Parametric> parametric_;  // its elements stay where they are: patterns are viewed
  std::deque<Mount> mounts_;           // the longest path first
};

}  // namespace ropewalk::http::routes
