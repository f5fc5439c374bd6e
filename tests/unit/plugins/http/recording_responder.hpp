// A responder that keeps what it is told.
#pragma once

#include "exchange.hpp"

namespace sluice::http {

struct RecordingResponder final : Responder {
  Request asked;
  ResponseHead head;
  std::string body;
  std::string aborted;
  bool ended = false;

  const Request& request() const override { return asked; }
  void begin(ResponseHead given) override { head = std::move(given); }
  void send(ParcelRef parcel, std::size_t begin, std::size_t end) override {
    std::string all;
    for (const iovec& piece : parcel->pieces())
      all.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
    body += all.substr(begin, end - begin);
  }
  void send_framed(ParcelRef parcel) override { send(parcel, 0, parcel->bytes()); }
  bool is_chunked() const override { return true; }
  bool flush() override { return true; }
  void end() override { ended = true; }
  void abort(std::string_view reason) override { aborted = reason; }

  std::string field(std::string_view name) const {
    for (const auto& [key, value] : head.fields)
      if (key == name) return value;
    return "";
  }
};

}  // namespace sluice::http
