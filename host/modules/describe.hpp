// Plans and modules as JSON and text, for `sluice modules list | inspect | check`. Secrets are masked.
#pragma once

#include <string>

#include "modules/plan.hpp"

namespace sluice::modules {

// [{id, version, path, state, rule, message}, …], one per manifest found.
Json describe_list(const Plan& plan);
// The same list, whoever made it (a plan or a running server), for a terminal.
std::string list_text(const Json& list);
std::string list_text(const Plan& plan);

std::string verdict_name(Verdict verdict);

// The manifest that belongs to a file: a library's is looked for beside it, a manifest is its own.
std::string manifest_of(const std::string& file);

// Everything that is known without running it, incl. who enabled it and who was outvoted.
Json describe_module(const Entry& entry);

// The static half of `check`: FILE.so (its manifest is looked for beside it) or FILE.json.
// {id, version, path, library, verdict: pass|warn|fail, findings: [{rule, verdict, finding, remedy}]}
Json check_file(const std::string& file, const Platform& platform);
// `inspect FILE`: a module that is in no search folder.
Json inspect_file(const std::string& file, const std::string& overlays, const config::Settings& settings,
                  const Platform& platform);

// FILE as for check_file.
ReadManifest<Manifest> load_manifest_of(const std::string& file);

// Any of the objects above for a terminal.
std::string describe_text(const Json& described);

}  // namespace sluice::modules
