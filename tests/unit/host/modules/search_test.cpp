#include "modules/search.hpp"

#include <catch2/catch.hpp>

#include "module_folder.hpp"

using namespace sluice::modules;

namespace {

SearchInputs only(std::vector<std::string> dirs) {
  SearchInputs inputs;
  inputs.module_dirs = std::move(dirs);
  inputs.drop_in.clear();
  return inputs;
}

std::vector<std::string> sources(const SearchInputs& inputs) {
  std::vector<std::string> out;
  for (const SearchFolder& folder : search(inputs).folders) out.push_back(folder.source);
  return out;
}

}  // namespace

TEST_CASE("manifests lie flat or one folder down, in order of their bytes") {
  ModuleFolder folder;
  for (const char* name :
       {"b.json", "a.json", "B.json", "c.so", ".hidden.json", "x.schema.json", "sub/sub.json",
        "sub/deeper/no.json", "two/other.json", "two/other.so", "two/data.json", "lone/any.json"})
    folder.write(name, "{}");
  const SearchResult found = search(only({folder.path()}));
  std::vector<std::string> names;
  for (const FoundManifest& one : found.manifests) names.push_back(one.path.substr(folder.path().size() + 1));
  CHECK(names == std::vector<std::string>{"B.json", "a.json", "b.json", "lone/any.json", "sub/sub.json",
                                          "two/other.json"});
}

TEST_CASE("folders in their order, each once") {
  ModuleFolder a, b, c, d, e, f;
  SearchInputs inputs =
      only({b.path(), a.path() + "/", b.path() + "/../" + b.path().substr(b.path().rfind('/') + 1)});
  inputs.config_paths = {c.path(), a.path(), "/nowhere"};
  inputs.drop_in = d.path();
  inputs.vendor = e.path();
  const SearchResult found = search(inputs);
  std::vector<std::string> paths;
  for (const SearchFolder& folder : found.folders) paths.push_back(folder.path);
  CHECK(paths == std::vector<std::string>{b.path(), a.path(), c.path(), d.path(), e.path()});
  CHECK(found.warnings == std::vector<std::string>{"config: no such folder: /nowhere"});

  inputs.env_path_add = f.path();
  CHECK(sources(inputs) == std::vector<std::string>{"--module-dir", "--module-dir", "config",
                                                    "SLUICE_MODULE_PATH_ADD", "drop-in", "vendor"});
  inputs.env_path_add.reset();
  inputs.env_path = ":.:relative:" + f.path();
  CHECK(sources(inputs) ==
        std::vector<std::string>{"--module-dir", "--module-dir", "config", "SLUICE_MODULE_PATH"});
  CHECK(search(inputs).warnings.size() == 3);
  inputs.trust_env = false;
  CHECK(sources(inputs) ==
        std::vector<std::string>{"--module-dir", "--module-dir", "config", "drop-in", "vendor"});
  CHECK(search(inputs).warnings.back().find("--trust-env") != std::string::npos);
  inputs.safe_mode = true;
  CHECK(sources(inputs) == std::vector<std::string>{"vendor"});
}

TEST_CASE("folders that are not there by default are no cause for words") {
  SearchInputs inputs;
  inputs.drop_in = "/nowhere/modules";
  inputs.vendor = "/nowhere/lib";
  CHECK(search(inputs).folders.empty());
  CHECK(search(inputs).warnings.empty());
  CHECK(search_inputs(false).vendor.ends_with("lib/sluice/modules"));
}
