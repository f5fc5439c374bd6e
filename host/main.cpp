#include <iostream>

#include "cli/command_line.hpp"

int main(int argc, char** argv) { return sluice::cli::run_command_line(argc, argv, std::cout, std::cerr); }
