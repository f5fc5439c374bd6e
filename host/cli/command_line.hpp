// The whole command line: which commands there are, and which one was meant.
#pragma once

#include <iosfwd>

namespace sluice::cli {

// The exit code (exit_code.hpp). Results go to `out`, complaints to `err`.
int run_command_line(int argc, const char* const* argv, std::ostream& out, std::ostream& err);

}  // namespace sluice::cli
