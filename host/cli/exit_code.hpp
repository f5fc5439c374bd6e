// What `sluice` tells the shell. Also in its --help.
#pragma once

namespace sluice::cli {

enum ExitCode : int {
  exit_ok = 0,
  exit_failed = 1,        // it was understood but could not be done; check commands: something is wrong
  exit_usage = 2,         // the command line is wrong
  exit_no_server = 3,     // no running server, several of them, or none that answers
  exit_interrupted = 130  // SIGINT while stopping
};

}  // namespace sluice::cli
