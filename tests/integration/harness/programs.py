"""The real clients: started, watched, ended."""
import os
import signal
import subprocess
import tempfile

from harness.patience import PACE


class Program:
    """A child with its output in a file. kill() is harmless when it is over."""

    def __init__(self, command, cwd=None):
        self.output = tempfile.TemporaryFile()
        self.command = command
        self.child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.output,
                                      stderr=subprocess.STDOUT, cwd=cwd)

    def running(self):
        return self.child.poll() is None

    def text(self):
        return os.pread(self.output.fileno(), 1 << 20, 0).decode("utf-8", "replace")

    def wait(self, seconds, expect=(0,)):
        """The exit code, which must be one of `expect` (None: any)."""
        try:
            code = self.child.wait(seconds * PACE)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.command[0]} did not end in {seconds} s: {self.text()[-1500:]}") from None
        if expect is not None and code not in expect:
            raise AssertionError(f"{' '.join(self.command)} ended with {code}: {self.text()[-1500:]}")
        return code

    def interrupt(self):
        self.child.send_signal(signal.SIGINT)

    def kill(self):
        if self.running():
            self.child.kill()
        self.child.wait()
        if not self.output.closed:
            self.output.close()


def ffmpeg_publish(path, url, loop=False, *options):
    again = ["-stream_loop", "-1"] if loop else []
    return Program(["ffmpeg", "-v", "warning", "-nostdin", "-re", *again, "-i", path, "-c", "copy", *options,
                    "-f", "flv", url])


def ffmpeg_play(url, path, *options):
    return Program(["ffmpeg", "-v", "warning", "-nostdin", "-y", "-rw_timeout", "30000000", "-i", url, "-c", "copy",
                    *options, path])


def rtmpdump(url, path, *options):
    return Program(["rtmpdump", "-r", url, "-o", path, "--live", "-m", "30", *options])


def gst_launch(*elements):
    return Program(["gst-launch-1.0", "-q", "-e", *elements])
