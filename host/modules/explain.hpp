// Why a module is as it is, and who stands on whom: what `sluice modules explain | graph` show.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "modules/plan.hpp"
#include "modules/supervisor.hpp"

namespace sluice::modules {

// [{id, version, path, state, rule, message, generation, generations: [{generation, state, account, ...}]}],
// the form of `sluice modules list`.
Json list_of(const std::vector<ModuleStatus>& modules);

// Null: no module of that id is known. {id, state, why, rule, enabled: {value, by, outvoted}, generations,
// provides, requires: [{iface, optional, provided_by}], manifests}
Json explain(const std::string& id, const std::vector<Entry>& entries,
             const std::vector<ModuleStatus>& modules, const std::vector<HostInterface>& host);

// {host: [iface], modules: [{id, state, provides: [iface], requires: [{iface, optional, provided_by:
// [id]}]}]}; of a running server also leases and records, see host/services.
Json graph(const std::vector<Entry>& entries, const std::vector<ModuleStatus>& modules,
           const std::vector<HostInterface>& host);

// Either of them for a terminal.
std::string explain_text(const Json& explained);
std::string graph_text(const Json& graph);

}  // namespace sluice::modules
