#include "wire/precondition.hpp"

#include "wire/date.hpp"
#include "wire/text.hpp"

namespace sluice::http {
namespace {

bool is_weak(std::string_view tag) { return tag.starts_with("W/"); }
std::string_view opaque(std::string_view tag) { return is_weak(tag) ? tag.substr(2) : tag; }

bool lists(std::string_view field, std::string_view etag, bool strongly) {
  if (trim(field) == "*") return true;
  while (const auto tag = next_element(field)) {
    if (strongly && (is_weak(*tag) || is_weak(etag))) continue;
    if (opaque(*tag) == opaque(etag)) return true;
  }
  return false;
}

}  // namespace

Condition judge(const RequestHead& head, const Validators& now) {
  if (const auto match = head.field("if-match")) {
    if (!lists(*match, now.etag, true)) return Condition::failed;
  } else if (const auto since = head.field("if-unmodified-since")) {
    if (const auto when = read_http_date(*since); when && now.modified > *when) return Condition::failed;
  }
  if (const auto match = head.field("if-none-match"))
    return lists(*match, now.etag, false) ? Condition::not_modified : Condition::serve;
  if (const auto since = head.field("if-modified-since"))
    if (const auto when = read_http_date(*since); when && now.modified <= *when)
      return Condition::not_modified;
  return Condition::serve;
}

bool range_holds(const RequestHead& head, const Validators& now) {
  const auto field = head.field("if-range");
  if (!field) return true;
  const std::string_view value = trim(*field);
  if (value.starts_with('"')) return !is_weak(now.etag) && value == now.etag;
  const auto when = read_http_date(value);
  return when && *when == now.modified;
}

}  // namespace sluice::http
