#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509err.h>
#include <sys/stat.h>
#include <sluice/tls/context.hpp>

#include <cstring>

namespace sluice::tls {
namespace {

// The newest of OpenSSL's errors in this thread, which forgets all of them; the system's own where there is
// one, since what follows it says no more than "system lib".
std::string last_error() {
  const unsigned long newest = ERR_peek_last_error(), oldest = ERR_peek_error();
  const unsigned long code = ERR_SYSTEM_ERROR(oldest) ? oldest : newest;
  ERR_clear_error();
  if (ERR_SYSTEM_ERROR(code)) return std::strerror(ERR_GET_REASON(code));
  const char* const words = code ? ERR_reason_error_string(code) : nullptr;
  return words ? words : "unknown error";
}

[[noreturn]] void refuse(const std::string& what, const std::string& remedy) {
  throw Error(SLUICE_STATUS_ARGUMENT, what + ": " + last_error(), remedy);
}

// Never asks a terminal.
int no_password(char*, int, int, void*) { return 0; }

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* offered,
                    unsigned offered_size, void* own) {
  const auto& protocols = *static_cast<const std::vector<unsigned char>*>(own);
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, protocols.data(), static_cast<unsigned>(protocols.size()),
                            offered, offered_size) != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_NOACK;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

void Context::Free::operator()(ssl_ctx_st* handle) const { SSL_CTX_free(handle); }

Context::Context(const Settings& settings) : handle_(SSL_CTX_new(TLS_server_method())) {
  SSL_CTX* const context = handle_.get();
  ERR_clear_error();
  if (!context) refuse("TLS cannot be set up", "");
  SSL_CTX_set_min_proto_version(context, settings.allow_tls12 ? TLS1_2_VERSION : TLS1_3_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                   SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_default_passwd_cb(context, &no_password);
  if (SSL_CTX_use_certificate_chain_file(context, settings.certificate.c_str()) != 1)
    refuse("the certificate file " + settings.certificate + " cannot be used",
           "give a readable PEM file with the certificate first, then its chain");
  const bool has_key = SSL_CTX_use_PrivateKey_file(context, settings.key.c_str(), SSL_FILETYPE_PEM) == 1;
  if (ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH ||
      (has_key && SSL_CTX_check_private_key(context) != 1))
    refuse("the key of " + settings.key + " does not belong to the certificate of " + settings.certificate,
           "give the two files of one certificate");
  if (!has_key)
    refuse("the key file " + settings.key + " cannot be used",
           "give a readable PEM file with the certificate's private key, without a password");
  for (const std::string& protocol : settings.protocols) {
    protocols_.push_back(static_cast<unsigned char>(protocol.size()));
    protocols_.insert(protocols_.end(), protocol.begin(), protocol.end());
  }
  if (!protocols_.empty()) SSL_CTX_set_alpn_select_cb(context, &choose_protocol, &protocols_);
}

ContextSource::ContextSource(Settings settings)
    : settings_(std::move(settings)), seen_(look()), current_(std::make_shared<const Context>(settings_)) {}

ContextSource::Look ContextSource::look() const {
  Look out;
  std::int64_t* number = out.numbers;
  for (const std::string& path : {settings_.certificate, settings_.key}) {
    struct stat facts{};
    if (::stat(path.c_str(), &facts) != 0) facts = {};
    *number++ = static_cast<std::int64_t>(facts.st_ino);
    *number++ = facts.st_size;
    *number++ = facts.st_mtim.tv_sec;
    *number++ = facts.st_mtim.tv_nsec;
  }
  return out;
}

bool ContextSource::refresh() {
  const std::lock_guard lock(mutex_);
  const Look now = look();
  if (now == seen_) return false;
  seen_ = now;
  current_.store(std::make_shared<const Context>(settings_));
  return true;
}

}  // namespace sluice::tls
