// Tells the service manager how we are (the datagram protocol of sd_notify(3), without its library).
#pragma once

#include <string_view>

namespace sluice::control {

// "READY=1", "STOPPING=1", "STATUS=..."; does nothing unless NOTIFY_SOCKET is set. Never blocks. Whether it
// was sent.
bool notify_service_manager(std::string_view message);

}  // namespace sluice::control
