"""The clips the tests publish, made once by ffmpeg."""
import fcntl
import os
import subprocess

from harness.places import MEDIA

PICTURE = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25"]
OTHER_PICTURE = ["-f", "lavfi", "-i", "testsrc2=size=480x270:rate=25"]
SOUND = ["-f", "lavfi", "-i", "sine=frequency=440:beep_factor=4:sample_rate=44100"]
# B-frames, closed GOPs of two seconds, headers only in the configuration record.
H264 = ["-c:v", "libx264", "-preset", "veryfast", "-b:v", "400k", "-bf", "2", "-pix_fmt", "yuv420p",
        "-x264-params", "keyint=50:min-keyint=50:scenecut=0:open-gop=0:b-pyramid=none"]
AAC = ["-c:a", "aac", "-b:a", "64k", "-ac", "2"]
VIDEO_ONLY_MP4 = ["-an", "-movflags", "+faststart"]

RECIPES = {
    "cam.flv": [*PICTURE, *SOUND, "-t", "10", *H264, *AAC],
    # Groups of 2, 2, 7 and 2 s.
    "uneven.flv": [*PICTURE, *SOUND, "-t", "13", "-c:v", "libx264", "-preset", "veryfast", "-b:v", "400k", "-bf", "2", "-pix_fmt",
                   "yuv420p", "-x264-params", "keyint=1000:min-keyint=1:scenecut=0:open-gop=0", "-force_key_frames", "0,2,4,11", *AAC],
    "short.flv": [*PICTURE, *SOUND, "-t", "5", *H264, *AAC],
    "other.flv": [*OTHER_PICTURE, *SOUND, "-t", "4", *H264, "-c:a", "aac", "-b:a", "96k", "-ac", "1"],
    "picture.flv": [*PICTURE, "-t", "5", *H264, "-an"],
    "sound.flv": [*SOUND, "-t", "5", "-vn", *AAC],
    "mp3.flv": [*PICTURE, *SOUND, "-t", "5", *H264, "-c:a", "libmp3lame", "-b:a", "64k"],
    "mp3-only.flv": [*SOUND, "-t", "5", "-vn", "-c:a", "libmp3lame", "-b:a", "64k"],
    "hevc.mp4": [*PICTURE, "-t", "4", "-c:v", "libx265", "-preset", "ultrafast", "-b:v", "300k", "-tag:v", "hvc1",
                 "-x265-params", "keyint=50:min-keyint=50:scenecut=0:bframes=2:open-gop=0:log-level=error",
                 *VIDEO_ONLY_MP4],
    "av1.mp4": [*PICTURE, "-t", "4", "-c:v", "libsvtav1", "-preset", "10", "-b:v", "300k", "-g", "50",
                *VIDEO_ONLY_MP4],
    "long-av1.mp4": [*PICTURE, "-t", "40", "-c:v", "libsvtav1", "-preset", "11", "-b:v", "300k", "-g", "50",
                     *VIDEO_ONLY_MP4],
    "vp9.mp4": [*PICTURE, "-t", "4", "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "300k",
                "-g", "50", *VIDEO_ONLY_MP4],
    "avc.mp4": [*PICTURE, "-t", "4", *H264, *VIDEO_ONLY_MP4],
    "opus.mp4": ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000", "-t", "4", "-vn", "-c:a", "libopus",
                 "-b:a", "48k", "-ac", "2"],
    "long-opus.mp4": ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000", "-t", "40", "-vn", "-c:a", "libopus",
                      "-b:a", "48k", "-ac", "2"],
    "ac3.mp4": [*SOUND, "-t", "4", "-vn", "-c:a", "ac3", "-b:a", "192k", "-ar", "48000", "-ac", "2"],
    "aac.mp4": [*SOUND, "-t", "4", "-vn", *AAC],
}


def clip(name):
    """The path of a clip; made if it is not there. Tests that run at the same time wait for one another."""
    path = os.path.join(MEDIA, name)
    if os.path.exists(path):
        return path
    os.makedirs(MEDIA, exist_ok=True)
    with open(os.path.join(MEDIA, ".lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(path):
            part = os.path.join(MEDIA, "part-" + name)
            command = ["ffmpeg", "-v", "error", "-nostdin", "-y", *RECIPES[name], "-fflags", "+bitexact", part]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode != 0:
                raise AssertionError(f"ffmpeg could not make {name}: {done.stderr[-1500:]}")
            os.rename(part, path)
    return path


if __name__ == "__main__":
    for wanted in RECIPES:
        print(clip(wanted))
