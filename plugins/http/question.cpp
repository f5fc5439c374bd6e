#include "question.hpp"

#include <sluice/abi/http.h>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <sluice/error.hpp>

namespace sluice::http {
namespace {

using nlohmann::json;

constexpr std::size_t length_bytes = 4;
constexpr std::size_t field_limit = 64;
constexpr std::size_t more_limit = 1024;

[[noreturn]] void refuse(const std::string& what) { throw Error(SLUICE_STATUS_PROTOCOL, what); }

}  // namespace

std::string write_question(const Request& request, bool shared, const std::string& more) {
  json head{{"method", request.method == method_head ? "GET" : request.head.method},
            {"path", request.target.path},
            {"query", request.target.query},
            {"params", json::object()}};
  for (const auto& [name, value] : request.params) head["params"][name] = value;
  if (!shared) {
    json fields = json::object();
    for (const auto& [name, value] : request.head.fields)
      if (!fields.contains(name)) fields[name] = *request.head.field(name);
    head["headers"] = std::move(fields);
    head["peer"] = request.peer;
    head["secure"] = request.secure;
    head["host"] = request.host;
  }
  if (!more.empty()) head["more"] = more;
  // A peer's bytes need not be UTF-8.
  const std::string text = head.dump(-1, ' ', false, json::error_handler_t::replace);
  std::string out;
  out.reserve(length_bytes + text.size() + request.body.size());
  for (std::size_t i = 0; i < length_bytes; ++i) out += static_cast<char>(text.size() >> (8 * i) & 0xff);
  out += text;
  out += request.body;
  return out;
}

AnswerHead read_answer(BytesView answer) {
  std::uint32_t size = 0;
  if (answer.size() < length_bytes) refuse("the answer is shorter than its head's length");
  for (std::size_t i = length_bytes; i-- > 0;) size = size << 8 | answer[i];
  if (size > answer.size() - length_bytes) refuse("the answer's head ends behind the answer's end");
  const auto text = text_of(answer.subspan(length_bytes, size));
  const json head = json::parse(text, nullptr, false);
  if (!head.is_object()) refuse("the answer's head is no JSON object");

  AnswerHead out;
  out.body_at = length_bytes + size;
  const auto status = head.find("status");
  if (status == head.end() || !status->is_number_unsigned() || *status < 200 || *status > 599)
    refuse("the answer's status is not between 200 and 599");
  out.head.status = status->get<unsigned>();
  if (const auto cache = head.find("cache_ms"); cache != head.end()) {
    if (!cache->is_number_unsigned()) refuse("the answer's cache_ms is no whole number");
    out.cache_ms = static_cast<std::uint32_t>(
        std::min<std::uint64_t>(cache->get<std::uint64_t>(), SLUICE_HTTP_CACHE_MOST));
  }
  if (const auto ranges = head.find("ranges"); ranges != head.end()) {
    if (!ranges->is_boolean()) refuse("the answer's ranges is neither true nor false");
    out.ranges = ranges->get<bool>();
  }
  if (const auto more = head.find("more"); more != head.end()) {
    if (!more->is_string() || more->get_ref<const std::string&>().size() > more_limit)
      refuse("the answer's more is no text, or longer than 1024 bytes");
    out.more = more->get<std::string>();
  }
  if (const auto fields = head.find("headers"); fields != head.end()) {
    if (!fields->is_object() || fields->size() > field_limit)
      refuse("the answer's headers are no object, or too many");
    for (const auto& [name, value] : fields->items()) {
      if (!value.is_string() || !may_be_sent(name, value.get_ref<const std::string&>()))
        refuse("the answer's header " + name.substr(0, 64) + " may not be sent");
      out.head.fields.emplace_back(name, value.get<std::string>());
    }
  }
  return out;
}

}  // namespace sluice::http
