// Why a module is not taken: a rule number of the module contract, what was found against what was expected,
// the file, and what to do about it.
#pragma once

#include <boost/system/result.hpp>
#include <string>

namespace sluice::modules {

struct Refusal {
  std::string rule;     // "SL-ELF-004"
  std::string finding;  // "library is truncated: section table ends at byte 15384, file has 9000"
  std::string path;     // the file it was found in
  std::string remedy;   // "Copy it again."
};

template <class T>
using Accepted = boost::system::result<T, Refusal>;

// "module acme.srt 1.4.0 REFUSED SL-ELF-004: library is truncated: … (/path). Copy it again."
std::string sentence(const Refusal& refusal, const std::string& id, const std::string& version);

}  // namespace sluice::modules
