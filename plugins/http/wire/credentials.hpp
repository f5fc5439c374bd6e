// What a request shows to prove who sent it: Authorization (RFC 7617, RFC 6750), or its query.
#pragma once

#include <string>
#include <string_view>

#include "wire/request_reader.hpp"

namespace sluice::http {

struct Credentials {
  std::string user, password, token;
};

// Authorization goes before the query's token=, user= and password=. What cannot be read is as good as
// absent.
Credentials read_credentials(const RequestHead& head, std::string_view query);

}  // namespace sluice::http
