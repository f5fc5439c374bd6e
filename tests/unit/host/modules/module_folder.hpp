// A folder of made-up modules for one test, gone with it.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "elf_builder.hpp"
#include "modules/manifest.hpp"
#include "modules/platform.hpp"

namespace sluice::modules {

inline Json plain_manifest(const std::string& id, const std::string& version = "1.0.0") {
  return {{"manifest", 1}, {"module", {{"id", id}, {"version", version}, {"abi", {{"major", 1}}}}}};
}

// A host that is the same on every machine the tests run on.
inline Platform test_platform() {
  Platform out;
  out.machine = EM_X86_64;
  out.arch = "x86_64";
  out.self = ::geteuid();
  out.libc = "2.36";
  out.defined_versions = {{"libc.so.6", {"GLIBC_2.2.5", "GLIBC_2.34", "GLIBC_2.36"}}};
  out.interfaces = {{"sluice.engine/1", 2}, {"sluice.log/1", 0}};
  return out;
}

class ModuleFolder {
 public:
  ModuleFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "sluice-modules-XXXXXX").string();
    path_ = std::filesystem::canonical(::mkdtemp(name.data())).string();
  }
  ~ModuleFolder() { std::filesystem::remove_all(path_); }
  ModuleFolder(const ModuleFolder&) = delete;
  ModuleFolder& operator=(const ModuleFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string at(const std::string& name) const { return path_ + "/" + name; }

  std::string write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(at(name)).parent_path());
    std::ofstream(at(name), std::ios::binary) << text;
    ::chmod(at(name).c_str(), 0644);
    return at(name);
  }
  std::string write(const std::string& name, const std::vector<std::byte>& bytes) const {
    return write(name, std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  }

  // NAME.json and the library it names by default, in accord with each other unless `change` sees to it.
  std::string add(const std::string& name, const Json& manifest,
                  const std::function<void(ElfSpec&)>& change = {}) const {
    const Json& module = manifest["module"];
    ElfSpec spec;
    spec.note = note_for(module["id"], module["version"], canonical_module_hash(module));
    spec.note->minor_min = module["abi"].value("minor_min", 0u);
    spec.note->minor_built = module["abi"].value("minor_built", 0u);
    if (change) change(spec);
    const std::string folder = name.find('/') == std::string::npos ? "" : name.substr(0, name.rfind('/') + 1);
    const std::string library = module.contains("targets") ? module["targets"][0].value("library", "")
                                                           : module["id"].get<std::string>() + ".so";
    write(folder + library, build_elf(spec));
    return write(name + ".json", manifest.dump());
  }

 private:
  std::string path_;
};

}  // namespace sluice::modules
