// The rules the kit judges by, each in one sentence: the numbers of the module contract (R and SL) and the
// kit's own.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace sluice::kit {

struct RuleText {
  std::string_view rule;
  std::string_view text;
};

std::span<const RuleText> rule_texts();
std::string_view rule_text(std::string_view rule);  // empty: not one of these

// The kit's own, where the contract has a sentence but no number.
inline constexpr const char* rule_threads = "SL-KIT-001";
inline constexpr const char* rule_lane_loop = "SL-KIT-002";
inline constexpr const char* rule_media = "SL-KIT-003";
inline constexpr const char* rule_unload = "SL-KIT-004";
inline constexpr const char* rule_chunks = "SL-KIT-005";
inline constexpr const char* rule_reconfigure = "SL-KIT-006";

}  // namespace sluice::kit
