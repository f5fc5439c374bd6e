// What this host is, as far as a module's library can be unfit for it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace sluice::modules {

struct HostInterface {
  std::string iface;  // "sluice.engine/1"
  std::uint32_t minor = 0;
};

struct Platform {
  std::uint16_t machine = 0;  // e_machine
  std::string os = "linux";
  std::string arch;  // "x86_64"
  std::uint32_t abi_major = 1;
  std::uint32_t abi_minor = 0;  // serves minors 0..abi_minor
  bool sanitized = false;       // this host itself carries a sanitizer
  std::uint64_t static_tls_budget = 512;
  uid_t self = 0;
  std::string libc;  // "2.36"
  // Versions defined by the libraries this host runs with: "libstdc++.so.6" -> {"GLIBCXX_3.4.30", …}.
  std::map<std::string, std::set<std::string>> defined_versions;
  std::vector<HostInterface> interfaces;
};

// This very host; the interfaces it provides come from whoever implements them.
Platform this_platform(std::vector<HostInterface> interfaces);

}  // namespace sluice::modules
