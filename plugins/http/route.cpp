#include "route.hpp"

#include <sluice/abi/http.h>
#include <nlohmann/json.hpp>
#include <sluice/error.hpp>

namespace sluice::http {
namespace {

using nlohmann::json;

[[noreturn]] void refuse(const std::string& what) { throw Error(SLUICE_STATUS_ARGUMENT, what); }

// An object whose fields are taken out one by one; what is left over was not meant for us.
class Details {
 public:
  explicit Details(json object) : object_(std::move(object)) {
    if (!object_.is_object()) refuse("details: expected an object");
  }

  json take(const std::string& name, json otherwise) {
    const auto found = object_.find(name);
    if (found == object_.end()) return otherwise;
    json value = std::move(*found);
    object_.erase(found);
    return value;
  }
  std::string text(const std::string& name, const std::string& otherwise) {
    const json value = take(name, otherwise);
    if (!value.is_string()) refuse("details/" + name + ": expected text");
    return value.get<std::string>();
  }
  bool flag(const std::string& name, bool otherwise) {
    const json value = take(name, otherwise);
    if (!value.is_boolean()) refuse("details/" + name + ": expected true or false");
    return value.get<bool>();
  }
  std::uint64_t number(const std::string& name, std::uint64_t otherwise, std::uint64_t most) {
    const json value = take(name, otherwise);
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > most)
      refuse("details/" + name + ": expected a whole number from 0 to " + std::to_string(most));
    return value.get<std::uint64_t>();
  }
  void end() const {
    if (!object_.empty()) refuse("details/" + object_.begin().key() + ": there is no such field here");
  }

 private:
  json object_;
};

Fields read_fields(const json& object) {
  if (!object.is_object()) refuse("details/headers: expected an object");
  Fields out;
  for (const auto& [name, value] : object.items()) {
    if (!value.is_string() || !may_be_sent(name, value.get_ref<const std::string&>()) || out.size() == 32)
      refuse("details/headers/" + name.substr(0, 64) +
             ": expected a field of an answer that is not the http module's own, at most 32 of them");
    out.emplace_back(name, value.get<std::string>());
  }
  return out;
}

StreamRoute read_stream(Details& details, const Pattern& pattern) {
  if (!pattern.has_stream_key() || pattern.wide_name() != "key")
    refuse("a stream needs {key...} in its pattern");
  StreamRoute out;
  out.format = details.text("format", "");
  out.mime = details.text("mime", "application/octet-stream");
  out.websocket = details.flag("websocket", false);
  const json parameters = details.take("parameters", json::object());
  if (!parameters.is_object()) refuse("details/parameters: expected an object");
  out.parameters = parameters.dump();
  if (out.format.empty()) refuse("details/format: expected the name of a packaging");
  if (!may_be_sent("Content-Type", out.mime)) refuse("details/mime: expected a media type");
  return out;
}

FilesRoute read_files(Details& details) {
  FilesRoute out;
  out.root = details.text("root", "");
  out.index = details.text("index", "index.html");
  out.cache_s = static_cast<std::uint32_t>(details.number("cache_s", 0, 31'536'000));
  if (!out.root.starts_with('/')) refuse("details/root: expected an absolute path");
  if (out.index.find('/') != std::string::npos || out.index.starts_with('.'))
    refuse("details/index: expected a file name");
  return out;
}

}  // namespace

Route read_route(std::string_view name, std::string_view text) {
  auto read = RouteName::parse(name);
  if (!read) refuse("name: " + read.error().text);
  json object = json::parse(text, nullptr, false);
  if (object.is_discarded()) refuse("details: expected JSON");
  Details details(std::move(object));

  Route out;
  out.title = name;
  out.fields = read_fields(details.take("headers", json::object()));
  const std::string answer = details.text("answer", "");
  if (answer == "call") {
    CallRoute call;
    call.shared = details.flag("shared", false);
    call.body_bytes = details.number("body_bytes", call.body_bytes, SLUICE_HTTP_BODY_MOST);
    call.timeout_ns = static_cast<std::int64_t>(details.number("timeout_ms", 30'000, 600'000)) * 1'000'000;
    out.answer = call;
  } else if (answer == "stream") {
    out.answer = read_stream(details, read->pattern);
  } else if (answer == "files") {
    out.answer = read_files(details);
  } else {
    refuse("details/answer: expected \"call\", \"stream\" or \"files\"");
  }
  details.end();
  out.name = std::move(*read);
  return out;
}

}  // namespace sluice::http
