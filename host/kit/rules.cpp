#include "kit/rules.hpp"

#include <algorithm>
#include <array>

namespace sluice::kit {
namespace {

constexpr std::array texts = {
    RuleText{"R2",
             "Of a function table the prefix one knows is used; a method that is absent or null is "
             "NOT_SUPPORTED, and unknown fields that are zero mean nothing."},
    RuleText{"R5",
             "What a module got or made it gives back: handles, descriptors, threads and memory, by "
             "the end of destroy."},
    RuleText{"R6",
             "A module leaves the process as it is: no signal handlers, setlocale, chdir, umask, fork "
             "or exit."},
    RuleText{"R7", "A completion comes exactly once."},
    RuleText{"R9", "No exception crosses the boundary."},
    RuleText{"R10", "Flags that must be understood are refused by who does not know them."},
    RuleText{"SL-ENT-001", "The entry fills its answer and does nothing else, in 10 ms."},
    RuleText{"SL-ABI-003", "A module refuses a host whose minor is below the one it needs."},
    RuleText{"SL-ABI-005", "The answer of the entry is within the offer and names the module."},
    RuleText{"SL-LNK-001", "Every symbol and library is found when the module is loaded."},
    RuleText{"SL-CFG-001", "A configuration is taken or refused with words that say what is wrong with it."},
    RuleText{"SL-DEP-001",
             "The manifest names what a module requires and provides, and query finds the latter."},
    RuleText{"SL-RUN-001", "start serves, or fails with words."},
    RuleText{"SL-RUN-002", "No call of the life table and nothing on a lane waits."},
    RuleText{"SL-RUN-003", "A module does not end the process it lives in."},
    RuleText{"SL-RUN-004",
             "drain takes no new work, remaining tells what is left, and by the deadline "
             "nothing is."},
    RuleText{"SL-KIT-001", "A handle is used on its own thread class only ([control], [lane], [loader])."},
    RuleText{"SL-KIT-002", "run_lane runs its lane until lane_drain says GONE."},
    RuleText{"SL-KIT-003",
             "A published stream can be decoded: sound configuration and frames, time that "
             "never runs back, a key frame at least every 10 s."},
    RuleText{"SL-KIT-004", "A module that promises `unload: clean` is unmapped once it is destroyed."},
    RuleText{"SL-KIT-005", "A packager keeps the bounds of its writer and ends each chunk it begins."},
    RuleText{"SL-KIT-006",
             "reconfigure takes a configuration whole or leaves the one before in force, and the module "
             "serves on."},
};

}  // namespace

std::span<const RuleText> rule_texts() { return texts; }

std::string_view rule_text(std::string_view rule) {
  const auto found =
      std::find_if(texts.begin(), texts.end(), [&](const RuleText& one) { return one.rule == rule; });
  return found == texts.end() ? std::string_view() : found->text;
}

}  // namespace sluice::kit
