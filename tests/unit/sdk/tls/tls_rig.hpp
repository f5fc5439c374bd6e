// A certificate of one's own and a client over OpenSSL, between two byte streams.
#pragma once

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <sluice/tls/session.hpp>
#include <string>

namespace sluice::tls::rig {

namespace fs = std::filesystem;

struct Folder {
  Folder() {
    std::string name = (fs::temp_directory_path() / "sluice-tls-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { fs::remove_all(path); }
  fs::path path;
};

// Writes NAME.pem and NAME.key, of a certificate that signs itself for `subject`.
inline Settings make_certificate(const Folder& folder, const std::string& name, const std::string& subject) {
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const std::unique_ptr<X509, void (*)(X509*)> certificate(X509_new(), &X509_free);
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 86400);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* const named = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(named, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(subject.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), named);
  REQUIRE(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
  Settings out;
  out.certificate = (folder.path / (name + ".pem")).string();
  out.key = (folder.path / (name + ".key")).string();
  // Renamed into place, as whoever renews a certificate does.
  const std::string next = out.certificate + ".next";
  FILE* file = std::fopen(next.c_str(), "w");
  PEM_write_X509(file, certificate.get());
  std::fclose(file);
  fs::rename(next, out.certificate);
  file = std::fopen(next.c_str(), "w");
  PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
  fs::rename(next, out.key);
  return out;
}

class Client {
 public:
  explicit Client(int most_version = TLS1_3_VERSION, const std::string& alpn = "")
      : context_(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free) {
    SSL_CTX_set_max_proto_version(context_.get(), most_version);
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(ssl_.get());
    if (!alpn.empty()) {
      const std::string wire = std::string(1, static_cast<char>(alpn.size())) + alpn;
      SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(wire.data()),
                          static_cast<unsigned>(wire.size()));
    }
  }

  // Carries bytes both ways, at most `portion` of the server's at once, until both are silent.
  void exchange(Session& server, std::size_t portion = 1 << 20) {
    for (int round = 0; round < 100'000; ++round) {
      if (!SSL_is_init_finished(ssl_.get())) SSL_do_handshake(ssl_.get());
      char bytes[4096];
      const int count = BIO_read(SSL_get_wbio(ssl_.get()), bytes, sizeof bytes);
      if (count > 0) server.feed({reinterpret_cast<std::uint8_t*>(bytes), static_cast<std::size_t>(count)});
      const auto out = server.output();
      const std::size_t taken = std::min(portion, out.size());
      if (taken != 0) BIO_write(SSL_get_rbio(ssl_.get()), out.data(), static_cast<int>(taken));
      server.sent(taken);
      read_plain();
      if (count <= 0 && taken == 0) return;
    }
    FAIL("the two never fall silent");
  }
  // Ciphertext that came another way.
  void take(const std::string& bytes) {
    if (!bytes.empty()) BIO_write(SSL_get_rbio(ssl_.get()), bytes.data(), static_cast<int>(bytes.size()));
    read_plain();
  }
  void write(const std::string& text) { SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())); }
  // Asks for new keys of both sides, `times` over, and reads no answer; the bytes go to `server`.
  void ask_for_keys(Session& server, int times) {
    for (int i = 0; i < times; ++i) {
      SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_REQUESTED);
      SSL_do_handshake(ssl_.get());
      char bytes[4096];
      const int count = BIO_read(SSL_get_wbio(ssl_.get()), bytes, sizeof bytes);
      if (count > 0) server.feed({reinterpret_cast<std::uint8_t*>(bytes), static_cast<std::size_t>(count)});
      std::uint8_t room[16];
      server.read(room);
    }
  }
  void shutdown() { SSL_shutdown(ssl_.get()); }
  bool is_open() const { return SSL_is_init_finished(ssl_.get()); }
  bool said_goodbye() const { return goodbye_; }
  const std::string& received() const { return received_; }
  std::string subject() const {
    const std::unique_ptr<X509, void (*)(X509*)> certificate(SSL_get1_peer_certificate(ssl_.get()),
                                                             &X509_free);
    char text[256] = {};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, text, sizeof text);
    return text;
  }

 private:
  void read_plain() {
    char bytes[16384];
    if (!SSL_is_init_finished(ssl_.get())) return;
    for (;;) {
      const int count = SSL_read(ssl_.get(), bytes, sizeof bytes);
      if (count <= 0) {
        goodbye_ = goodbye_ || SSL_get_error(ssl_.get(), count) == SSL_ERROR_ZERO_RETURN;
        return;
      }
      received_.append(bytes, static_cast<std::size_t>(count));
    }
  }

  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  std::unique_ptr<SSL, Free> ssl_;
  std::string received_;
  bool goodbye_ = false;
};

}  // namespace sluice::tls::rig
