// What a changed config file costs a running server. Pure.
#pragma once

#include <string>
#include <vector>

#include "config/module_config.hpp"

namespace sluice::config {

// Whether a running module can take the new configuration as it is: everything that differs stands, in its
// schema, under "x-reload": "live".
bool changes_live(const Json& schema, const ModuleConfig& before, const ModuleConfig& after);

// JSON pointers of what differs in the host's own part, which is read at start only; empty: nothing. Modules'
// parts, module_paths and trust are not among them.
std::vector<std::string> host_changes(const Json& before, const Json& after);

// What `config show` tells after a reload: the host's own part as it was at the start, the modules' parts
// anew. Both as effective_config() gives them.
Json in_effect(Json at_start, const Json& anew);

}  // namespace sluice::config
