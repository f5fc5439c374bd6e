// `sluice modules list --long`: what each generation of a module costs and holds.
#pragma once

#include <iosfwd>
#include <nlohmann/json_fwd.hpp>

namespace sluice::cli {

void show_accounts(std::ostream& out, const nlohmann::json& list);

}  // namespace sluice::cli
