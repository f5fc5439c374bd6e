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

// Written by hand, since each request of each viewer of HLS is such a question.
void put_text(std::string& out, std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(),
                                 [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
  // A peer's bytes need not be UTF-8.
  if (!plain) {
    out += json(text).dump(-1, ' ', false, json::error_handler_t::replace);
    return;
  }
  out += '"';
  out += text;
  out += '"';
}

// `before`: what stands before the member; NUL: nothing.
void put_member(std::string& out, char before, std::string_view name, std::string_view value) {
  if (before) out += before;
  put_text(out, name);
  out += ':';
  put_text(out, value);
}

void put_asker(std::string& out, const Request& request) {
  out += R"(,"headers":{)";
  const Fields& fields = request.head.fields;
  for (auto field = fields.begin(); field != fields.end(); ++field) {
    const auto same = [&](const auto& other) { return other.first == field->first; };
    if (std::any_of(fields.begin(), field, same)) continue;
    const char before = field == fields.begin() ? '\0' : ',';
    if (std::any_of(field + 1, fields.end(), same))
      put_member(out, before, field->first, *request.head.field(field->first));
    else
      put_member(out, before, field->first, field->second);
  }
  out += '}';
  put_member(out, ',', "peer", request.peer);
  out += request.secure ? R"(,"secure":true)" : R"(,"secure":false)";
  put_member(out, ',', "host", request.host);
}

[[noreturn]] void refuse(const std::string& what) { throw Error(SLUICE_STATUS_PROTOCOL, what); }

}  // namespace

std::string write_question(const Request& request, bool shared, const std::string& more) {
  std::string out(length_bytes, '\0');
  out.reserve(1024 + request.body.size());
  put_member(out, '{', "method", request.method == method_head ? "GET" : request.head.method);
  put_member(out, ',', "path", request.target.path);
  put_member(out, ',', "query", request.target.query);
  out += R"(,"params":{)";
  for (const auto& param : request.params)
    put_member(out, &param == request.params.data() ? '\0' : ',', param.first, param.second);
  out += '}';
  if (!shared) put_asker(out, request);
  if (!more.empty()) put_member(out, ',', "more", more);
  out += '}';
  const std::size_t size = out.size() - length_bytes;
  for (std::size_t i = 0; i < length_bytes; ++i) out[i] = static_cast<char>(size >> (8 * i) & 0xff);
  out += request.body;
  return out;
}

namespace {

std::string_view head_of(BytesView answer) {
  std::uint32_t size = 0;
  if (answer.size() < length_bytes) refuse("the answer is shorter than its head's length");
  for (std::size_t i = length_bytes; i-- > 0;) size = size << 8 | answer[i];
  if (size > answer.size() - length_bytes) refuse("the answer's head ends behind the answer's end");
  return text_of(answer.subspan(length_bytes, size));
}

}  // namespace

AnswerHead read_answer(BytesView answer) {
  const std::string_view text = head_of(answer);
  const json head = json::parse(text, nullptr, false);
  if (!head.is_object()) refuse("the answer's head is no JSON object");

  AnswerHead out;
  out.body_at = length_bytes + text.size();
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

AnswerHeads::HeadRef AnswerHeads::read(BytesView answer) {
  const std::string_view text = head_of(answer);
  for (const Known& known : known_)
    if (known.head && known.text == text) return known.head;
  auto head = std::make_shared<const AnswerHead>(read_answer(answer));
  if (text.size() <= text_limit) known_[next_++ % known_.size()] = {std::string(text), head};
  return head;
}

}  // namespace sluice::http
