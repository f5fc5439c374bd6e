// HttpRoute: what answers some of a server's HTTP requests. What stands where: sluice/abi/http.h.
#pragma once

#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sluice/abi/http.h>
#include <sluice/json.hpp>
#include <sluice/registration.hpp>

namespace sluice {

namespace detail {

// Percent-decoding and '+' of application/x-www-form-urlencoded, once; nothing when it is malformed.
inline std::optional<std::string> decode_query(std::string_view text) {
  const auto digit = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    const int high = i + 1 < text.size() ? digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

inline void put_json(std::string& out, std::string_view text) {
  static constexpr std::string_view digits = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out += digits[static_cast<unsigned char>(c) >> 4];
      out += digits[static_cast<unsigned char>(c) & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace detail

// The first value of this name in a query ("a=1&b=2"), decoded; nothing: there is none, or it is malformed.
inline std::optional<std::string> query_value(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    const std::size_t equals = pair.find('=');
    if (pair.substr(0, equals) != name) continue;
    return detail::decode_query(equals == std::string_view::npos ? std::string_view()
                                                                 : pair.substr(equals + 1));
  }
  return std::nullopt;
}

// One request as a route's handler gets it. Borrows the question, whose head it walks once.
class HttpRequest {
 public:
  // Throws Error(ARGUMENT) when the question is none.
  explicit HttpRequest(BytesView question) : body_(body_of(question)) { read_members(head_of(question)); }

  std::string method() const { return text(method_, "/method"); }
  std::string path() const { return text(path_, "/path"); }
  std::string query() const { return text(query_, "/query"); }
  // What a variable of the pattern stands for.
  std::string param(const std::string& name) const {
    return text(sluice_json_child(params_, name.data(), name.size()), "/params/" + name);
  }
  // Name in lower case; nothing when it was not sent. A shared route sees none.
  std::optional<std::string> header(const std::string& name) const {
    const sluice_str value = sluice_json_child(headers_, name.data(), name.size());
    return value.data ? std::optional(text(value, "/headers/" + name)) : std::nullopt;
  }
  std::string peer() const { return peer_.data ? text(peer_, "/peer") : std::string(); }
  bool secure() const { return secure_.data && Json(from_abi(secure_)).flag(""); }
  BytesView body() const { return body_; }
  // What the last reply gave as `more`: go on from there. Nothing: a request that was not answered yet.
  std::optional<std::string> more() const {
    return more_.data ? std::optional(text(more_, "/more")) : std::nullopt;
  }

 private:
  static std::size_t head_size(BytesView question) {
    std::uint32_t size = 0;
    if (question.size() >= 4)
      for (int i = 3; i >= 0; --i) size = size << 8 | question[static_cast<std::size_t>(i)];
    if (question.size() < 4 || size > question.size() - 4)
      throw Error(SLUICE_STATUS_ARGUMENT, "the question is no HTTP request: its head ends behind its end");
    return size;
  }
  static std::string_view head_of(BytesView question) {
    return text_of(question.subspan(4, head_size(question)));
  }
  static BytesView body_of(BytesView question) { return question.subspan(4 + head_size(question)); }

  void read_members(std::string_view head) {
    const sluice_str object = sluice_json_at(to_abi(head), "");
    if (object.size < 2 || *object.data != '{')
      throw Error(SLUICE_STATUS_ARGUMENT, "the question is no HTTP request: its head is no JSON object");
    const char* at = object.data + 1;
    const char* const end = object.data + object.size - 1;
    sluice_str name;
    for (sluice_str value; (value = sluice_json_member(&at, end, 1, &name)).data;)
      if (sluice_str* const place = place_of(from_abi(name))) *place = value;
  }
  sluice_str* place_of(std::string_view name) {
    return name == "method"    ? &method_
           : name == "path"    ? &path_
           : name == "query"   ? &query_
           : name == "params"  ? &params_
           : name == "headers" ? &headers_
           : name == "peer"    ? &peer_
           : name == "secure"  ? &secure_
           : name == "more"    ? &more_
                               : nullptr;
  }
  static std::string text(const sluice_str& value, std::string_view pointer) {
    std::string out(value.size + 1, '\0');  // escapes only shrink
    if (sluice_json_text(value, "", out.data(), out.size()) != SLUICE_STATUS_OK)
      throw Error(SLUICE_STATUS_ARGUMENT, std::string(pointer) + ": expected text");
    out.resize(std::strlen(out.c_str()));
    return out;
  }

  // Members of the head, as they stand there; data null: missing.
  sluice_str method_{}, path_{}, query_{}, params_{}, headers_{}, peer_{}, secure_{}, more_{};
  BytesView body_;
};

struct HttpReply {
  unsigned status = 200;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  std::vector<const sluice_frame*> frames = {};  // whose bytes follow the body; held by the caller meanwhile
  std::uint32_t cache_ms = 0;                    // of a shared route
  bool ranges = false;
  std::string more = {};  // not empty: the body goes on, ask again with this

  // GONE: the peer no longer waits.
  sluice_status give(Ticket& ticket) const {
    std::string head =
        R"({"status":)" + std::to_string(status) + R"(,"cache_ms":)" + std::to_string(cache_ms);
    if (ranges) head += R"(,"ranges":true)";
    if (!more.empty()) {
      head += R"(,"more":)";
      detail::put_json(head, more);
    }
    head += R"(,"headers":{)";
    for (const auto& header : headers) {
      if (&header != headers.data()) head += ',';
      detail::put_json(head, header.first);
      head += ':';
      detail::put_json(head, header.second);
    }
    head += "}}";
    std::string bytes;
    for (int i = 0; i < 4; ++i) bytes += static_cast<char>(head.size() >> (8 * i) & 0xff);
    bytes += head;
    bytes += body;
    return frames.empty() ? ticket.answer(bytes_of(bytes)) : ticket.answer(bytes_of(bytes), frames);
  }
};

// Stands until it is destroyed. [lane] Every method on the lane given to add.
class HttpRoute {
 public:
  // Give a reply through the ticket, at once or later (keep it by moving it away). What it throws is 4xx or
  // 5xx.
  using Answer = std::function<void(const HttpRequest& request, Ticket& ticket)>;

  explicit HttpRoute(const Host& host) : registration_(host) {}

  // `name`: "METHODS HOST PATTERN"; `details`: JSON as sluice/abi/http.h has it. `answer` is for "call"
  // alone. Throws Error: BUSY when the place is taken.
  void add(sluice_lane* lane, std::string name, std::string details, Answer answer = {}) {
    Serve serve;
    if (answer)
      serve = [answer = std::move(answer)](const Question& question, Ticket& ticket) {
        answer(HttpRequest(question.message.bytes), ticket);
      };
    registration_.add(lane, {SLUICE_HTTP_ID, "route", std::move(name), std::move(details)}, std::move(serve));
  }
  void withdraw() { registration_.withdraw(); }

 private:
  Registration registration_;
};

}  // namespace sluice
