// Who may see which streams are live. The list tells names, and a name may be all that keeps a stream
// unfound.
#pragma once

#include <string>
#include <string_view>

#include "settings.hpp"

namespace sluice::pages {

// Of one request, as the HTTP module tells it.
struct Asker {
  std::string peer;        // "127.0.0.1:50123", "[::1]:50123"
  std::string host;        // Host field
  std::string origin;      // Origin field, empty: none
  std::string fetch_site;  // Sec-Fetch-Site field, empty: none
  bool passed_on = false;  // some field says that a proxy passed it on
};

// Empty: it may. Else why not, and what would change that; fit to be shown to anybody.
// `closed`: somebody decides who may play.
//
// "This machine" is more than an address of it: a proxy here speaks for others, and a page of elsewhere can
// make a browser here ask (by its own origin, or by a name that resolves to this machine). Those are not let
// through.
std::string why_hidden(ListPolicy policy, bool closed, const Asker& asker);

// `graph`: what sluice_services.list gives. True when a module provides sluice.auth/1; what cannot be read
// counts as closed.
bool is_closed(std::string_view graph);

}  // namespace sluice::pages
