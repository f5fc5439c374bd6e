// Opening one host-owned listening socket; those that are files: unix_socket.hpp.
#pragma once

#include <sys/types.h>

#include <string>

#include "net/address.hpp"

namespace sluice::net {

// The file of a Unix socket as it was made.
struct SocketFile {
  std::string path;  // empty: the socket is none
  dev_t device = 0;
  ino_t inode = 0;
};

struct ListeningSocket {
  int fd = -1;
  Address bound;
  SocketFile file;
};

// Non-blocking and close-on-exec. `every`: dual-stack, or IPv4 alone where this machine has no IPv6. The
// error is the system's own.
Result<ListeningSocket> open_socket(const Address& address, bool every);

}  // namespace sluice::net
