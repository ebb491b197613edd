#include "ropewalk/http/request.h"

#include <cassert>

#include "http/server/exchange.h"
#include "http/wire/grammar.h"
#include "http/wire/query.h"

namespace ropewalk::http {
namespace {

// RFC 9110 5.6.1, 7.6.1, 7.8: whether a list, that may be in several fields, has `item`.
bool isListed(const wire::RequestHead& head, std::string_view name, std::string_view item) {
  for (std::size_t i = 0; i < head.fieldCount(); ++i) {
    if (!wire::equalNoCase(head.field(i).name, name)) continue;
    for (wire::ListItems items(head.field(i).value); items.next();) {
      if (wire::equalNoCase(items.item(), item)) return true;
    }
  }
  return false;
}

}  // namespace

std::string_view Request::method() const { return exchange_.head().method(); }

std::string_view Request::target() const { return exchange_.head().target(); }

std::string_view Request::path() const { return exchange_.target().path; }

std::string_view Request::queryString() const { return exchange_.target().query; }

std::string_view Request::rest() const { return exchange_.match().rest; }

std::string_view Request::host() const {
  const std::string_view authority = exchange_.target().authority;
  return authority.empty() ? header("Host") : authority;
}

int Request::minorVersion() const { return exchange_.head().minorVersion(); }

std::string Request::param(std::string_view name) const {
  for (const auto& [known, value] : exchange_.match().params) {
    if (known == name) return value;
  }
  return {};
}

std::string Request::query(std::string_view name) const {
  for (auto& [known, value] : wire::parseQuery(queryString())) {
    if (known == name) return value;
  }
  return {};
}

std::vector<std::string> Request::queryAll(std::string_view name) const {
  std::vector<std::string> values;
  for (auto& [known, value] : wire::parseQuery(queryString())) {
    if (known == name) values.push_back(value);
  }
  return values;
}

bool Request::hasQuery(std::string_view name) const {
  for (const auto& parameter : wire::parseQuery(queryString())) {
    if (parameter.first == name) return true;
  }
  return false;
}

std::string_view Request::header(std::string_view name) const {
  return exchange_.head().find(name).value_or(std::string_view());
}

bool Request::hasHeader(std::string_view name) const {
  return exchange_.head().find(name).has_value();
}

bool Request::asksUpgradeTo(std::string_view protocol) const {
  const wire::RequestHead& head = exchange_.head();
  const bool isHttp11 = head.version().major == 1 && head.minorVersion() == 1;
  return isHttp11 && isListed(head, "Connection", "upgrade") && isListed(head, "Upgrade", protocol);
}

bool Request::conditionsHold(const Validators& now) { return exchange_.conditionsHold(now); }

std::vector<HeaderField> Request::headers() const {
  const wire::RequestHead& head = exchange_.head();
  std::vector<HeaderField> fields;
  for (std::size_t i = 0; i < head.fieldCount(); ++i) {
    const wire::RequestHead::Field field = head.field(i);
    fields.push_back({field.name, field.value});
  }
  return fields;
}

std::string_view Request::body() const { return exchange_.body().waiting(); }

Deferred<void> Request::notifyDrain(detail::Place place) { return exchange_.notifyDrain(place); }

Deferred<void> Request::notifyFinish(detail::Place place) { return exchange_.notifyFinish(place); }

Address Request::peer() const { return exchange_.carrier().peer(); }

Reactor& Request::reactor() const { return exchange_.carrier().reactor(); }

bool Request::BodyRead::ready() const {
  exchange_->bodyWanted();
  return exchange_->body().hasNews();
}

void Request::BodyRead::wait() {
  assert(!exchange_->body().isWantedNow() && "two reads of one Request at a time");
  exchange_->body().setReader(this);
}

std::optional<std::string> Request::BodyRead::result() {
  auto part = exchange_->body().take();
  exchange_->bodyTaken();
  return part;
}

void Request::BodyRead::cancelAwait(ropewalk::detail::CancelCause) noexcept {
  exchange_->body().setReader(nullptr);
  raiseCancelled();
}

}  // namespace ropewalk::http
