#include "ropewalk/http/router.h"

#include "http/routes/route_table.h"

namespace ropewalk::http {

Router::Router() : table_(std::make_unique<routes::RouteTable>()) {}
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;
Router::~Router() = default;

void Router::mount(std::string_view path, Router router) { table_->take(path, *router.table_); }

Route& Router::add(std::string_view method, std::string_view path,
                   std::unique_ptr<Responder> responder) {
  return table_->add(method, path, std::move(responder));
}

Route& Router::addMount(std::string_view path, std::unique_ptr<Responder> responder) {
  return table_->addMount(path, std::move(responder));
}

}  // namespace ropewalk::http
