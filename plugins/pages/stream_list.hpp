// The registry's list as the pages get it: what a viewer may know, and no more than an answer holds.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::pages {

// `registry`: what sluice_registry.list gives. Of each stream: key, state, age_s, viewers, bitrate, fps,
// gop_ms, key_age_ms, tracks (kind, codec, width, height, sample_rate, channels) and packagings (format,
// viewers). Left out is whom it comes from and what is the operator's business. {"streams": [...],
// "left_out": n}: n did not fit into `most` bytes; those with the most viewers stay. Nothing: not the
// registry's JSON.
std::optional<std::string> list_json(std::string_view registry, std::size_t most);

// {"stream": {...}} of `key` out of what list_json gave, or nothing.
std::optional<std::string> stream_json(std::string_view list, std::string_view key);

}  // namespace sluice::pages
