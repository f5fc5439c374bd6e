// Where the pages' files lie.
#pragma once

#include <string>
#include <string_view>

namespace sluice::pages {

// The same rule as for the vendor modules: beside the executable's folder, so that a tree can be moved as a
// whole. "/opt/sluice/bin/sluice" gives "/opt/sluice/share/sluice/www". `program` is an absolute path;
// anything else gives nothing.
std::string root_beside(std::string_view program);

}  // namespace sluice::pages
