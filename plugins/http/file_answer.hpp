// Static files: validators, conditions, byte ranges; read as the peer takes them.
#pragma once

#include <memory>

#include "call_answer.hpp"
#include "exchange.hpp"
#include "file_source.hpp"

namespace sluice::http {

class FileAnswer final : public Answering {
 public:
  // Answers at once where there is little to say; else what comes back goes on.
  static std::unique_ptr<Answering> begin(Responder& to, const Route& route);

  void resume() override;

 private:
  FileAnswer(Responder& to, FileSource file, std::uint64_t at, std::uint64_t size)
      : to_(to), file_(std::move(file)), at_(at), left_(size) {}

  Responder& to_;
  FileSource file_;
  std::uint64_t at_;
  std::uint64_t left_;
};

}  // namespace sluice::http
