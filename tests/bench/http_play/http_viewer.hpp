// A viewer of a body without an end; what the body is, its subclass knows.
#pragma once

#include <string>
#include <utility>

#include "body_reader.hpp"
#include "viewer_session.hpp"

namespace sluice::bench {

class HttpViewer : public ViewerSession {
 public:
  HttpViewer(const std::string& path, OnMedia on_media) : on_media_(std::move(on_media)) {
    const std::string request =
        "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n";
    output_.assign(request.begin(), request.end());
  }

  bool feed(std::span<const std::uint8_t> bytes) override {
    const bool fine = body_.feed(bytes, [this](std::span<const std::uint8_t> part) { return on_body(part); });
    if (!fine && error_.empty()) error_ = body_.error();
    return error_.empty();
  }
  Bytes take_output() override { return std::exchange(output_, {}); }
  void note_unread(std::size_t) override {}
  bool requested() const override { return true; }
  const std::string& error() const override { return error_; }
  std::uint64_t faults() const override { return faults_; }

 protected:
  // False, with error_: it is not what was asked for.
  virtual bool on_body(std::span<const std::uint8_t> bytes) = 0;

  OnMedia on_media_;
  std::string error_;
  std::uint64_t faults_ = 0;

 private:
  Bytes output_;
  BodyReader body_;
};

std::unique_ptr<ViewerSession> make_flv_viewer(const std::string& path, ViewerSession::OnMedia on_media);
std::unique_ptr<ViewerSession> make_ts_viewer(const std::string& path, ViewerSession::OnMedia on_media);

}  // namespace sluice::bench
