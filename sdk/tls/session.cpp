#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sluice/tls/session.hpp>

#include <algorithm>
#include <utility>

namespace sluice::tls {
void Session::Free::operator()(ssl_st* handle) const { SSL_free(handle); }

Session::Session(std::shared_ptr<const Context> context)
    : context_(std::move(context)), handle_(SSL_new(context_->handle())) {
  if (!handle_) throw Error(SLUICE_STATUS_NO_MEMORY, "no memory for a TLS session");
  SSL_set_bio(handle_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_set_accept_state(handle_.get());
}

void Session::feed(std::span<const std::uint8_t> ciphertext) {
  if (state_ == State::failed || ciphertext.empty()) return;
  BIO_write(SSL_get_rbio(handle_.get()), ciphertext.data(), static_cast<int>(ciphertext.size()));
  if (state_ == State::handshake && progress(SSL_do_handshake(handle_.get()))) state_ = State::open;
  collect();
}

std::size_t Session::read(std::span<std::uint8_t> room) {
  if (state_ != State::open || room.empty()) return 0;
  const int count =
      SSL_read(handle_.get(), room.data(), static_cast<int>(std::min<std::size_t>(room.size(), INT32_MAX)));
  const bool some = progress(count);
  collect();
  return some ? static_cast<std::size_t>(count) : 0;
}

std::size_t Session::write(std::span<const std::uint8_t> plaintext) {
  if (!may_write() || plaintext.empty()) return 0;
  const int count =
      SSL_write(handle_.get(), plaintext.data(), static_cast<int>(std::min(plaintext.size(), record_limit)));
  const bool some = progress(count);
  collect();
  return some ? static_cast<std::size_t>(count) : 0;
}

void Session::close() {
  if (!may_write()) return;
  SSL_shutdown(handle_.get());
  ERR_clear_error();
  collect();
  said_goodbye_ = true;
  state_ = State::closed;
}

// Whether an operation got something done. The error queue belongs to the thread, not to the session.
bool Session::progress(int result) {
  if (result > 0) return true;
  const int why = SSL_get_error(handle_.get(), result);
  if (why == SSL_ERROR_ZERO_RETURN) {
    state_ = State::closed;
  } else if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) {
    const unsigned long code = ERR_peek_last_error();
    const char* const words = code ? ERR_reason_error_string(code) : nullptr;
    error_ = words ? words : "the peer broke TLS";
    state_ = State::failed;
  }
  ERR_clear_error();
  return false;
}

// What OpenSSL has for the peer, alerts of a failure too.
void Session::collect() {
  BIO* const out = SSL_get_wbio(handle_.get());
  const std::size_t waiting = BIO_ctrl_pending(out);
  if (waiting == 0) return;
  const std::size_t before = output_.size();
  output_.resize(before + waiting);
  const int count = BIO_read(out, output_.data() + before, static_cast<int>(waiting));
  output_.resize(before + static_cast<std::size_t>(std::max(count, 0)));
  if (output_.size() - output_sent_ <= output_limit) return;
  error_ = "the peer asks for answers and does not read them";
  state_ = State::failed;
}

std::span<const std::uint8_t> Session::output() const {
  return {reinterpret_cast<const std::uint8_t*>(output_.data()) + output_sent_,
          output_.size() - output_sent_};
}

void Session::sent(std::size_t bytes) {
  output_sent_ += bytes;
  if (output_sent_ < output_.size()) {
    // Each byte moves at most once or twice on its way, and what is kept is at most twice what waits.
    if (output_sent_ > output_.size() / 2) output_.erase(0, std::exchange(output_sent_, 0));
    return;
  }
  output_sent_ = 0;
  if (output_.capacity() > 4 * record_limit)
    output_ = {};
  else
    output_.clear();
}

std::string Session::protocol() const {
  const unsigned char* text = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(handle_.get(), &text, &size);
  return text ? std::string(reinterpret_cast<const char*>(text), size) : std::string();
}

}  // namespace sluice::tls
