#include "file_answer.hpp"

#include <algorithm>

#include "wire/date.hpp"
#include "wire/mime.hpp"
#include "wire/precondition.hpp"
#include "wire/range.hpp"

namespace sluice::http {
namespace {

constexpr std::size_t piece_size = 64 * 1024;

// What the pattern's {name*} stands for, or the index.
std::vector<std::string> segments_of(const Request& request, const Route& route) {
  std::vector<std::string> out;
  bool whole = true;  // it names a file, not a folder
  for (const auto& [name, value] : request.params) {
    if (!route.name.pattern.has_rest() || name != route.name.pattern.wide_name()) continue;
    std::string_view rest = value;
    whole = whole && !rest.empty() && !rest.ends_with('/');
    while (!rest.empty()) {
      const std::size_t slash = rest.find('/');
      out.emplace_back(rest.substr(0, slash));
      rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
    }
  }
  if (out.empty() || !whole) out.push_back(std::get<FilesRoute>(route.answer).index);
  return out;
}

}  // namespace

std::unique_ptr<Answering> FileAnswer::begin(Responder& to, const Route& route) {
  const auto& files = std::get<FilesRoute>(route.answer);
  const Request& request = to.request();
  const std::vector<std::string> segments = segments_of(request, route);
  auto file = FileSource::open(files.root, segments);
  if (!file) {
    reply_text(to, 404, "There is no such file.");
    return nullptr;
  }
  ResponseHead head;
  head.fields = route.fields;
  head.fields.emplace_back("ETag", file->etag());
  head.fields.emplace_back("Last-Modified", http_date(std::max<std::int64_t>(file->modified(), 0)));
  head.fields.emplace_back("Cache-Control", files.cache_s ? "public, max-age=" + std::to_string(files.cache_s)
                                                          : std::string("no-cache"));
  const Validators now{file->etag(), file->modified()};
  const Condition condition = judge(request.head, now);
  if (condition == Condition::failed) {
    reply_text(to, 412, "The file is not the one you have; get it anew.");
    return nullptr;
  }
  if (condition == Condition::not_modified) {
    head.status = 304;
    reply_body(to, std::move(head), parcel_of(""), false);
    return nullptr;
  }

  ByteRange part{0, file->size()};
  head.fields.emplace_back("Accept-Ranges", "bytes");
  const auto asked = request.head.field("range");
  const auto answer = asked && request.method == method_get && range_holds(request.head, now)
                          ? read_range(*asked, file->size(), part)
                          : RangeAnswer::whole;
  if (answer == RangeAnswer::unsatisfiable) {
    reply_text(to, 416, "The file has " + std::to_string(file->size()) + " bytes; ask for some of them.",
               {{"Content-Range", content_range_unsatisfied(file->size())}});
    return nullptr;
  }
  if (answer == RangeAnswer::part) {
    head.status = 206;
    head.fields.emplace_back("Content-Range", content_range(part, file->size()));
  }
  head.fields.emplace_back("Content-Type", mime_of(segments.back()));
  head.length = part.size;
  to.begin(std::move(head));
  if (part.size == 0 || !request.wants_body()) {
    to.end();
    return nullptr;
  }
  std::unique_ptr<FileAnswer> out(new FileAnswer(to, std::move(*file), part.first, part.size));
  out->resume();
  return out;
}

void FileAnswer::resume() {
  do {
    std::string piece = file_.read(at_, static_cast<std::size_t>(std::min<std::uint64_t>(left_, piece_size)));
    if (piece.empty()) return to_.abort("the file was cut while it was sent");
    at_ += piece.size();
    left_ -= piece.size();
    to_.send(parcel_of(std::move(piece)));
    if (left_ == 0) return to_.end();
  } while (to_.flush());
}

}  // namespace sluice::http
