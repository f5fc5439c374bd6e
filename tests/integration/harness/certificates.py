"""Certificates that sign themselves, and what a server shows of its own."""
import os
import socket
import ssl
import subprocess

from harness.patience import PACE


class Certificate:
    """A certificate and its key in a folder; written anew under the same names by renew()."""

    def __init__(self, folder, name="one"):
        self.path, self.key = os.path.join(folder, "pem"), os.path.join(folder, "key")
        self.renew(name)

    def renew(self, name):
        """Renamed into place, as whoever renews a certificate does."""
        key, certificate = self.key + ".next", self.path + ".next"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                        "2", "-subj", f"/CN={name}", "-keyout", key, "-out", certificate], check=True, capture_output=True)
        os.rename(key, self.key)
        os.rename(certificate, self.path)

    def config(self):
        return {"certificate": self.path, "certificate_key": self.key}


def trusting_anybody(version=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if version:
        context.minimum_version = context.maximum_version = version
    return context


def subject_at(host, port):
    """The common name in the certificate that a server shows a new peer."""
    with socket.create_connection((host, port), 20 * PACE) as raw, \
            trusting_anybody().wrap_socket(raw, server_hostname=host) as line:
        pem = ssl.DER_cert_to_PEM_cert(line.getpeercert(binary_form=True))
    text = subprocess.run(["openssl", "x509", "-noout", "-subject"], input=pem, capture_output=True, text=True, check=True)
    return text.stdout.strip().rsplit("= ", 1)[-1]
