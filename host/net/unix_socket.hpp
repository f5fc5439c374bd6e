// Listening sockets that are files ("unix:/run/cam.sock"): made, opened to whom they are for, removed.
#pragma once

#include <string>

#include "config/listen_address.hpp"
#include "net/listening_socket.hpp"

namespace sluice::net {

// Takes the place of a socket nobody listens at any more, never of one that is in use or of another kind of
// file. Nobody but root can connect before open_to. On failure `why` says what stands in the way and the
// remedy.
Result<ListeningSocket> open_unix_socket(const config::ListenAddress& address, std::string& why);

// Sets the file's mode. False: it is no longer there or somebody else's.
bool open_to(const SocketFile& file, unsigned mode);

// Removes the file if it is still the one that was made. The descriptor must still be open, else another file
// could have got its number.
void remove(const SocketFile& file);

}  // namespace sluice::net
