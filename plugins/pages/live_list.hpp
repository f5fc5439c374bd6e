// What is live and whether somebody decides who may play, as the host tells it, asked for seldom.
#pragma once

#include <cstdint>
#include <string>

#include <sluice/host.hpp>

namespace sluice::pages {

// [lane] Borrows the host.
class LiveList {
 public:
  explicit LiveList(const Host& host) : host_(&host) {}

  // Asks the host unless it did within the last half second, however many want to know. Throws Error.
  void refresh();

  const std::string& json() const { return json_; }  // as list_json has it
  bool closed() const { return closed_; }

 private:
  const Host* host_;
  std::string json_;
  bool closed_ = true;
  std::int64_t asked_at_ = 0;
};

}  // namespace sluice::pages
