// Requests and replies of the pages' API.
#pragma once

#include <string>
#include <string_view>

#include <sluice/http.hpp>

#include "visibility.hpp"

namespace sluice::pages {

Asker asker_of(const HttpRequest& request);

HttpReply json_reply(std::string body, unsigned status = 200);
HttpReply text_reply(std::string body, unsigned status = 200);
HttpReply refusal(unsigned status, std::string_view why);  // {"error": why}

}  // namespace sluice::pages
