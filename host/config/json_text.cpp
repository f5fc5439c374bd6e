#include "config/json_text.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "config/json_reader.hpp"

namespace sluice::config {
namespace {

Complaint unreadable(const std::string& path, std::string why) {
  return {ComplaintKind::unreadable, path, {}, {}, {}, std::move(why), {}};
}

Checked<std::string> read_open_file(int fd, const std::string& path, std::size_t max_bytes) {
  struct stat status{};
  if (::fstat(fd, &status) != 0) return unreadable(path, std::strerror(errno));
  if (!S_ISREG(status.st_mode)) return unreadable(path, "not a regular file");
  if (static_cast<std::uint64_t>(status.st_size) > max_bytes) {
    return unreadable(path, "the file has " + std::to_string(status.st_size) + " bytes, expected at most " +
                                std::to_string(max_bytes));
  }
  std::string text(max_bytes + 1, '\0');  // one more, to notice a file that grows meanwhile
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = ::read(fd, text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unreadable(path, std::strerror(errno));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > max_bytes)
    return unreadable(path, "the file grew beyond " + std::to_string(max_bytes) + " bytes");
  text.resize(size);
  text.shrink_to_fit();
  return text;
}

}  // namespace

Checked<JsonText> JsonText::parse(std::string text, JsonRules rules) {
  JsonReader reader(text, rules);
  std::optional<Json> value = reader.read_document();
  if (!value) return reader.failure();
  return JsonText(std::move(text), std::move(rules), std::move(*value));
}

Position JsonText::position(std::string_view pointer) const {
  return JsonReader::position_of(text_, JsonReader(text_, rules_).locate(pointer).value);
}

Position JsonText::key_position(std::string_view pointer) const {
  return JsonReader::position_of(text_, JsonReader(text_, rules_).locate(pointer).key);
}

Checked<std::string> read_text(const std::string& path, std::size_t max_bytes) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return unreadable(path, std::strerror(errno));
  Checked<std::string> text = read_open_file(fd, path, max_bytes);
  ::close(fd);
  return text;
}

void append_step(std::string& pointer, std::string_view step) {
  pointer += '/';
  for (const char c : step) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
}

std::string pointer_to(std::string_view parent, std::string_view step) {
  std::string pointer(parent);
  append_step(pointer, step);
  return pointer;
}

std::string picture(const Json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  constexpr std::size_t longest = 60;
  std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > longest) {
    std::size_t cut = longest;
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
    text = text.substr(0, cut) + "…";
  }
  return text;
}

}  // namespace sluice::config
