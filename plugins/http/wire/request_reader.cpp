#include "wire/request_reader.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "wire/text.hpp"

namespace sluice::http {
namespace {

namespace beast = boost::beast;
using beast::error_code;

constexpr std::size_t framing_limit = 64 * 1024;  // chunk lines and trailers of one body

std::string bytes_text(std::uint64_t bytes) { return std::to_string(bytes) + " bytes"; }

}  // namespace

std::optional<std::string> RequestHead::field(std::string_view name) const {
  std::optional<std::string> out;
  for (const auto& [key, value] : fields) {
    if (key != name) continue;
    if (!out)
      out = value;
    else
      *out += ", " + value;
  }
  return out;
}

// What Beast finds, into the reader. Judgements that need the whole head come after it (judge_head).
class RequestReader::Parser : public beast::http::basic_parser<true> {
 public:
  explicit Parser(RequestReader& reader) : reader_(reader) {
    header_limit(reader.limits_.header_bytes);
    body_limit(boost::none);  // ours is known when the route is
  }

 private:
  void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target, int version,
                       error_code& error) override {
    RequestHead& head = reader_.head_;
    head.method.assign(method.data(), method.size());
    head.version = static_cast<unsigned>(version);
    if (target.size() > reader_.limits_.target_bytes) {
      reader_.refusal_ = {414, "The request target has " + bytes_text(target.size()) + ", at most " +
                                   bytes_text(reader_.limits_.target_bytes) + " are read; shorten it."};
      error = beast::http::error::bad_target;
      return;
    }
    head.target.assign(target.data(), target.size());
  }
  void on_response_impl(int, beast::string_view, int, error_code&) override {}
  void on_field_impl(beast::http::field, beast::string_view name, beast::string_view value,
                     error_code& error) override {
    if (is_header_done()) return;  // trailers say nothing we want to hear
    auto& fields = reader_.head_.fields;
    if (fields.size() >= reader_.limits_.fields) {
      reader_.refusal_ = {431, "The request has more than " + std::to_string(reader_.limits_.fields) +
                                   " header fields; send fewer."};
      error = beast::http::error::header_limit;
      return;
    }
    fields.emplace_back(lower(std::string_view(name.data(), name.size())),
                        std::string(value.data(), value.size()));
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(beast::string_view body, error_code& error) override { return keep(body, error); }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body, error_code& error) override {
    return keep(body, error);
  }
  void on_finish_impl(error_code&) override {}

  std::size_t keep(beast::string_view body, error_code& error) {
    if (body.size() > reader_.body_limit_ - reader_.body_.size()) {
      error = beast::http::error::body_limit;
      return 0;
    }
    reader_.body_.append(body.data(), body.size());
    return body.size();
  }

  RequestReader& reader_;
};

RequestReader::RequestReader(RequestLimits limits)
    : limits_(limits), parser_(std::make_unique<Parser>(*this)) {}
RequestReader::~RequestReader() = default;

RequestReader::Stage RequestReader::feed(std::span<const std::uint8_t> bytes) {
  store_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return read();
}

RequestReader::Stage RequestReader::read() {
  while (stage_ == Stage::head || stage_ == Stage::body) {
    if (stage_ == Stage::head && !begun_) {
      // An empty line before a request line is to be ignored (RFC 9112 section 2.2); one is.
      if (store_.starts_with("\r\n")) store_.erase(0, 2);
      if (store_.empty() || store_ == "\r") return stage_;
      begun_ = true;
    }
    error_code error;
    std::size_t used = 0;
    const std::size_t body_before = body_.size();
    if (!store_.empty() || parser_->is_header_done())
      used = parser_->put(boost::asio::const_buffer(store_.data(), store_.size()), error);
    store_.erase(0, used);
    if (stage_ == Stage::body) {
      trailing_bytes_ += used - std::min(used, body_.size() - body_before);
      if (trailing_bytes_ > framing_limit || store_.size() > framing_limit + limits_.header_bytes)
        return fail(400, "The chunks of the body have too much framing; send larger ones.");
    }
    if (error && error != beast::http::error::need_more) return fail_by(error.value(), error.message());
    if (stage_ == Stage::head && parser_->is_header_done()) return judge_head();
    if (stage_ == Stage::body && parser_->is_done()) return stage_ = Stage::done;
    if (error || used == 0) return stage_;
  }
  return stage_;
}

RequestReader::Stage RequestReader::judge_head() {
  std::size_t hosts = 0, lengths = 0, codings = 0;
  for (const auto& [name, value] : head_.fields) {
    hosts += name == "host";
    lengths += name == "content-length";
    codings += name == "transfer-encoding";
    for (const char c : value)
      if (c == '\r' || c == '\n' || c == '\0')
        return fail(400, "The field " + name + " has a line break or NUL in it; send it on one line.");
  }
  // What two servers may read as two different requests (RFC 9112 section 6.3) is nobody's request.
  if (codings > 1 || lengths > 1 || (codings && lengths))
    return fail(400, "The request says twice how long its body is; send Content-Length or chunks, once.");
  if (codings && (head_.version == 10 || !equal_but_case(*head_.field("transfer-encoding"), "chunked")))
    return fail(400, "The only transfer coding understood is chunked, in HTTP/1.1; send that.");
  if (hosts > 1 || (hosts == 0 && head_.version == 11))
    return fail(400, "HTTP/1.1 wants exactly one Host field; send one.");
  if (head_.version != 10 && head_.version != 11) return fail(505, "This server speaks HTTP/1.1; use it.");
  head_.keep_alive = parser_->keep_alive();
  head_.has_body = !parser_->is_done() && (codings != 0 || parser_->content_length().value_or(0) != 0);
  if (const auto expect = head_.field("expect")) {
    if (!equal_but_case(*expect, "100-continue"))
      return fail(417, "The only expectation met is 100-continue; leave others out.");
    head_.expects_continue = head_.has_body && head_.version == 11;
  }
  return stage_ = Stage::chosen;
}

RequestReader::Stage RequestReader::take_body(std::uint64_t limit) {
  if (stage_ != Stage::chosen) return stage_;
  if (!head_.has_body) return stage_ = Stage::done;
  body_limit_ = limit;
  const std::uint64_t announced = parser_->content_length().value_or(0);
  if (announced > limit)
    return fail(413, "The body has " + bytes_text(announced) + ", at most " + bytes_text(limit) +
                         " are taken here; send less.");
  stage_ = Stage::body;
  return read();
}

RequestReader::Stage RequestReader::next() {
  if (stage_ != Stage::done) return stage_;
  restart();
  return read();
}

void RequestReader::restart() {
  parser_ = std::make_unique<Parser>(*this);
  head_ = {};
  body_ = {};
  trailing_bytes_ = 0;
  stage_ = Stage::head;
  begun_ = false;
}

RequestReader::Stage RequestReader::fail(unsigned status, std::string text) {
  if (stage_ != Stage::failed) refusal_ = {status, std::move(text)};
  store_ = {};
  return stage_ = Stage::failed;
}

RequestReader::Stage RequestReader::fail_by(int parser_error, std::string_view message) {
  using Error = beast::http::error;
  if (refusal_.text.size()) {  // one of our own, given inside a callback
    store_ = {};
    return stage_ = Stage::failed;
  }
  switch (static_cast<Error>(parser_error)) {
    case Error::header_limit:
      if (head_.method.empty())
        return fail(414,
                    "The request line is longer than " + bytes_text(limits_.header_bytes) + "; shorten it.");
      return fail(431, "The header has more than " + bytes_text(limits_.header_bytes) + "; send less.");
    case Error::body_limit:
      return fail(413, "The body has more than " + bytes_text(body_limit_) + "; send less.");
    case Error::bad_version:
      return fail(505, "This server speaks HTTP/1.1; use it.");
    default:
      return fail(400, "This is not HTTP/1.1 as RFC 9112 writes it (" + std::string(message) + ").");
  }
}

}  // namespace sluice::http
