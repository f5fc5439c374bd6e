#include "modules/platform.hpp"

#include <elf.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <link.h>
#include <unistd.h>

#include <string_view>

#include "modules/elf_file.hpp"
#include "modules/library_file.hpp"

namespace sluice::modules {
namespace {

// The runtime libraries whose versioned symbols every C and C++ module needs.
bool is_runtime(std::string_view name) {
  for (const std::string_view prefix : {"libc.so.", "libm.so.", "libstdc++.so.", "libgcc_s.so.", "ld-linux"})
    if (name.starts_with(prefix)) return true;
  return false;
}

int collect_path(dl_phdr_info* object, std::size_t, void* paths) {
  if (object->dlpi_name && object->dlpi_name[0] == '/')
    static_cast<std::vector<std::string>*>(paths)->emplace_back(object->dlpi_name);
  return 0;
}

std::map<std::string, std::set<std::string>> versions_here() {
  std::vector<std::string> paths;
  dl_iterate_phdr(collect_path, &paths);
  std::map<std::string, std::set<std::string>> out;
  for (const std::string& path : paths) {
    const std::size_t slash = path.rfind('/');
    const std::string name = path.substr(slash + 1);
    if (!is_runtime(name)) continue;
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) continue;
    const auto bytes = read_bytes(file.get(), path);
    if (!bytes) continue;
    const auto elf = parse_elf(*bytes, path);
    if (elf) out[name] = {elf->version_definitions.begin(), elf->version_definitions.end()};
  }
  return out;
}

}  // namespace

Platform this_platform(std::vector<HostInterface> interfaces) {
  Platform out;
  out.machine = host_machine();
  out.arch = out.machine == EM_X86_64 ? "x86_64" : "aarch64";
#ifdef SLUICE_SANITIZED
  out.sanitized = true;
#endif
  out.self = ::geteuid();
  out.libc = gnu_get_libc_version();
  out.defined_versions = versions_here();
  out.interfaces = std::move(interfaces);
  return out;
}

}  // namespace sluice::modules
