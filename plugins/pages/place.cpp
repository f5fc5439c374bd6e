#include "place.hpp"

namespace sluice::pages {

std::string root_beside(std::string_view program) {
  constexpr std::string_view gone =
      " (deleted)";  // how Linux shows a program that was replaced while it runs
  if (program.ends_with(gone)) program.remove_suffix(gone.size());
  if (!program.starts_with('/')) return {};
  std::string_view folder = program.substr(0, program.rfind('/'));
  if (folder.empty()) return {};
  folder = folder.substr(0, folder.rfind('/'));
  return std::string(folder) + "/share/sluice/www";
}

}  // namespace sluice::pages
