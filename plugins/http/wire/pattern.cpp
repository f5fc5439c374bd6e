#include "wire/pattern.hpp"

#include <sluice/stream_key.hpp>
#include <tuple>

namespace sluice::http {
namespace {

constexpr std::size_t pattern_limit = 512;
constexpr std::size_t segment_limit = 16;

Refusal wrong(std::string what) { return {400, std::move(what)}; }

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > 32 || !(text[0] >= 'a' && text[0] <= 'z')) return false;
  for (const char c : text)
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) return false;
  return true;
}

bool is_literal(std::string_view text) {
  for (const char c : text)
    if (c <= ' ' || c > '~' || std::string_view("{}%?#\\;").find(c) != std::string_view::npos) return false;
  return true;
}

std::string join(std::span<const std::string> segments) {
  std::string out;
  for (const std::string& segment : segments) {
    if (&segment != segments.data()) out += '/';
    out += segment;
  }
  return out;
}

}  // namespace

Refusable<Pattern> Pattern::parse(std::string_view text) {
  if (!text.starts_with('/') || text.size() > pattern_limit)
    return wrong("a pattern begins with '/' and has at most 512 bytes");
  Pattern out;
  std::string_view rest = text.substr(1);
  for (bool last = rest.empty(); !last;) {
    const std::size_t slash = rest.find('/');
    last = slash == std::string_view::npos;
    std::string_view part = rest.substr(0, slash);
    if (!last) rest.remove_prefix(slash + 1);
    if (out.segments_.size() == segment_limit) return wrong("a pattern has at most 16 segments");
    if (part.empty()) return wrong("a pattern has no empty segments and no slash at its end");

    Segment segment;
    const std::size_t open = part.find('{');
    segment.before = part.substr(0, open);
    if (open != std::string_view::npos) {
      const std::size_t close = part.find('}', open);
      if (close == std::string_view::npos) return wrong("a variable ends with '}'");
      std::string_view name = part.substr(open + 1, close - open - 1);
      segment.after = part.substr(close + 1);
      Wide wide = Wide::none;
      if (name.ends_with("...")) {
        wide = Wide::key;
        name.remove_suffix(3);
      } else if (name.ends_with("*")) {
        wide = Wide::rest;
        name.remove_suffix(1);
      }
      if (!is_name(name)) return wrong("a variable is called by 1-32 of a-z 0-9 _, a letter first");
      segment.variable = name;
      segment.wide = wide != Wide::none;
      if (segment.wide) {
        if (out.wide_ != Wide::none) return wrong("a pattern has one {name...} or {name*} at most");
        if (!segment.before.empty()) return wrong("{name...} and {name*} begin their segment");
        if (wide == Wide::rest && (!last || !segment.after.empty())) return wrong("{name*} ends its pattern");
        out.wide_ = wide;
        out.wide_name_ = name;
        out.wide_at_ = out.segments_.size();
      }
      for (const Segment& other : out.segments_)
        if (other.variable == name) return wrong("two variables have the same name");
      ++out.variables_;
    }
    if (!is_literal(segment.before) || !is_literal(segment.after))
      return wrong("one variable a segment, and no {}%?#\\; or spaces in literal text");
    out.literal_bytes_ += 1 + segment.before.size() + segment.after.size();
    out.shape_ += "/" + segment.before;
    if (!segment.variable.empty())
      out.shape_ += !segment.wide ? "{}" : out.wide_ == Wide::key ? "{...}" : "{*}";
    out.shape_ += segment.after;
    out.segments_.push_back(std::move(segment));
  }
  return out;
}

bool Pattern::operator<(const Pattern& other) const {
  const auto rank = [](const Pattern& pattern) {
    return std::tuple(~pattern.literal_bytes_, pattern.wide_, pattern.variables_,
                      std::string_view(pattern.shape_));
  };
  return rank(*this) < rank(other);
}

bool Pattern::fits(const Segment& segment, std::string_view text, Params& params) {
  if (segment.variable.empty()) return text == segment.before;
  if (text.size() <= segment.before.size() + segment.after.size() || !text.starts_with(segment.before) ||
      !text.ends_with(segment.after))
    return false;
  text.remove_prefix(segment.before.size());
  text.remove_suffix(segment.after.size());
  params.emplace_back(segment.variable, text);
  return true;
}

bool Pattern::fits_wide(std::span<const std::string> segments, Params& params) const {
  std::string text = join(segments);
  if (wide_ == Wide::key) {
    const std::string& after = segments_[wide_at_].after;
    if (!text.ends_with(after)) return false;
    text.resize(text.size() - after.size());
    if (!is_canonical_stream_key(text)) return false;
  }
  params.emplace_back(wide_name_, std::move(text));
  return true;
}

bool Pattern::match(std::span<const std::string> segments, Params& params) const {
  const std::size_t fixed = segments_.size() - (wide_ == Wide::none ? 0 : 1);
  if (segments.size() < fixed || (wide_ == Wide::none && segments.size() != fixed)) return false;
  const std::size_t wide_count = segments.size() - fixed;  // 0 without a wide variable
  Params found;
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    if (segments_[i].wide) {
      if (!fits_wide(segments.subspan(i, wide_count), found)) return false;
      continue;
    }
    const std::size_t at = wide_ != Wide::none && i > wide_at_ ? i + wide_count - 1 : i;
    if (!fits(segments_[i], segments[at], found)) return false;
  }
  params = std::move(found);
  return true;
}

}  // namespace sluice::http
