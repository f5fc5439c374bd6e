"""HTTP by hand: bytes to a server and its answers taken apart, for what no honest client would send."""
import socket
import ssl

from harness.patience import PACE


class Answer:
    def __init__(self, status, fields, body):
        self.status, self.fields, self.body = status, fields, body

    def __repr__(self):
        return f"{self.status} {self.fields} {self.body[:200]!r}"

    def __getitem__(self, name):
        return self.fields.get(name.lower())


class Wire:
    """One connection. Reads answers with a length, chunked ones, and those that end with the connection."""

    def __init__(self, server, port=None, tls=None, timeout=20):
        self.socket = socket.create_connection((server.host, port or server.http_port), timeout * PACE)
        self.socket.settimeout(timeout * PACE)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname=server.host)
        self.file = self.socket.makefile("rb")

    def close(self):
        self.file.close()
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode("latin-1"))
        return self

    def ask(self, path, method="GET", fields=(), body=b"", version="1.1"):
        lines = [f"{method} {path} HTTP/{version}", "Host: test", *[f"{name}: {value}" for name, value in fields]]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        self.send("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)
        return self.answer(bodiless=method == "HEAD")

    def head(self):
        line = self.file.readline()
        if not line:
            raise ConnectionError("closed without an answer")
        status, fields = int(line.split()[1]), {}
        while True:
            line = self.file.readline().decode("latin-1").rstrip("\r\n")
            if not line:
                return status, fields
            name, value = line.split(":", 1)
            fields[name.strip().lower()] = value.strip()

    def answer(self, bodiless=False):
        status, fields = self.head()
        if bodiless or status < 200 or status in (204, 304):
            return Answer(status, fields, b"")
        if fields.get("transfer-encoding") == "chunked":
            return Answer(status, fields, b"".join(self.chunks()))
        if "content-length" in fields:
            return Answer(status, fields, self.file.read(int(fields["content-length"])))
        return Answer(status, fields, self.file.read())

    def chunks(self):
        while True:
            size = int(self.file.readline().split(b";")[0], 16)
            data = self.file.read(size)
            self.file.readline()
            if size == 0:
                return
            yield data

    def ended(self):
        """True once the server has closed; whatever it still says is dropped."""
        try:
            while self.socket.recv(65536):
                pass
            return True
        except (ConnectionResetError, ssl.SSLError):
            return True
        except socket.timeout:
            return False
