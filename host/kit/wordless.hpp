// Whether a refusal of a configuration says no more than a status. Pure.
#pragma once

#include <string_view>

namespace sluice::kit {

// `message`: the sentence the host made of it. Without words of the module the host writes the status' name.
bool wordless(std::string_view message);

}  // namespace sluice::kit
