// Opening one host-owned listening socket.
#pragma once

#include "net/address.hpp"

namespace sluice::net {

struct ListeningSocket {
  int fd = -1;
  Address bound;
};

// Non-blocking and close-on-exec. `every`: dual-stack, or IPv4 alone where this machine has no IPv6. The
// error is the system's own.
Result<ListeningSocket> open_socket(const Address& address, bool every);

}  // namespace sluice::net
