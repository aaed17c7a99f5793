"""Programs that try to get out of the sandbox, to break it or to use it up. Each defines f(secret, folder, pid).

``secret`` is the path of a file that only the server may read, ``folder`` one that the server may write to, ``pid`` the
server's process. A program that reaches something says so with the word ESCAPED, in its result or on its output.
"""

from __future__ import annotations

HEAD = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
def call(*numbers):
    result = libc.syscall(*numbers)
    if result < 0:
        raise OSError(ctypes.get_errno(), "denied")
    return result
"""


def _one(statements: str, head: str = HEAD) -> str:
    """A function whose statements must fail: coming to their end is an escape."""
    body = "\n".join("    " + line for line in statements.strip("\n").split("\n"))
    return f"{head}\ndef f(secret, folder, pid):\n{body}\n    return 'ESCAPED'\n"


def _quiet(statements: str, head: str = HEAD) -> str:
    """A function whose statements may pass but must change nothing outside."""
    return _one(statements, head).replace("return 'ESCAPED'", "return 'done'")


FINISHES: dict[str, str] = {
    # --- processes
    "fork": _one("if os.fork() == 0: os._exit(0)"),
    "vfork by number": _one("if call(58) == 0: call(60, 0)"),
    "clone a process": _one("if call(56, 17, 0, 0, 0, 0) == 0: call(60, 0)"),
    "clone3": _one("arguments = ctypes.create_string_buffer(88)\nif call(435, arguments, 88) == 0: call(60, 0)"),
    "exec": _one("os.execv('/bin/sh', ['sh', '-c', 'echo ESCAPED'])"),
    "execveat": _one("call(322, -100, b'/bin/sh', None, None, 0)"),
    "posix_spawn": _one("os.posix_spawn('/bin/true', ['true'], {})"),
    "os.system": _one("if os.system('true') != 0: raise OSError"),
    "popen": _one("assert os.popen('echo ESCAPED').read()"),
    "subprocess": _one("import subprocess\nsubprocess.run(['true'])"),
    "multiprocessing": _one("import multiprocessing\nmultiprocessing.Process(target=print).start()"),
    "fork from a thread": _one(
        "import threading\nfound = []\ndef go():\n    found.append(os.fork())\n"
        "thread = threading.Thread(target=go); thread.start(); thread.join()\nassert found"
    ),
    # --- network
    "TCP socket": _one("import socket\nsocket.socket()"),
    "UNIX socket": _one("import socket\nsocket.socket(socket.AF_UNIX)"),
    "socket pair": _one("import socket\nsocket.socketpair()"),
    "netlink socket": _one("call(41, 16, 3, 0)"),
    "name lookup": _one("import socket\nsocket.gethostbyname('localhost')"),
    # --- files
    "read the secret": _one("print('ESCAPED', open(secret).read())"),
    "read /etc/passwd": _one("open('/etc/passwd').read()"),
    "open by number": _one("call(2, secret.encode(), 0)"),
    "openat2": _one("how = ctypes.create_string_buffer(24)\ncall(437, -100, secret.encode(), how, 24)"),
    "NumPy reads a file": _one("import numpy as np\nprint('ESCAPED', bytes(np.fromfile(secret, dtype='u1')))"),
    "NumPy maps a file": _one("import numpy as np\nnp.memmap(secret, mode='r')"),
    "NumPy writes a file": _one("import numpy as np\nnp.save(folder + '/x.npy', np.zeros(3))"),
    "write a file": _one("open(folder + '/x', 'w').write('x')"),
    "make a folder": _one("os.mkdir(folder + '/x')"),
    "symbolic link": _one("os.symlink(secret, folder + '/link')"),
    "hard link": _one("os.link(secret, folder + '/link')"),
    "rename": _one("os.rename(secret, secret + '.old')"),
    "remove": _one("os.unlink(secret)"),
    "truncate": _one("os.truncate(secret, 0)"),
    "change the mode": _one("os.chmod(secret, 0o777)"),
    "change the times": _one("os.utime(secret)"),
    "look a file up": _one("os.stat(secret)"),
    "look up with an open descriptor": _one(
        "buffer = ctypes.create_string_buffer(256)\ncall(262, -100, secret.encode(), buffer, 0x1000)"
    ),
    "list a folder": _one("os.listdir('/')"),
    "current folder": _one("os.getcwd()"),
    "change folder": _one("os.chdir('/')"),
    "shared memory": _one("open('/dev/shm/x', 'w')"),
    "temporary file": _one("import tempfile\ntempfile.TemporaryFile()"),
    "file handle": _one("call(304, -100, b'/', 0)"),
    "import hook on a path": _one(
        "sys.path.append(folder)\nsys.path.append('/usr/lib/python3/dist-packages')\nimport importlib\n"
        "importlib.invalidate_caches()\nimport antigravity"
    ),
    "memory file": _one("call(319, b'x', 0)"),
    "inotify": _one("call(253)"),
    # --- /proc and the environment
    "memory of the server": _one("open(f'/proc/{pid}/mem', 'rb')"),
    "environment of the server": _one("print('ESCAPED', open(f'/proc/{pid}/environ', 'rb').read())"),
    "own /proc": _one("open('/proc/self/maps')"),
    "descriptors by /proc": _one("os.listdir('/proc/self/fd')"),
    "own environment": _one("if 'hostile-test' not in repr(dict(os.environ)): raise OSError"),
    "environment in memory": _one(
        "ctypes.pythonapi\nvalue = libc.getenv\nvalue.restype = ctypes.c_char_p\n"
        "if value(b'TUTOR_API_KEY') is None: raise OSError"
    ),
    # --- other processes
    "kill the server": _one("os.kill(pid, 9)"),
    "kill all": _one("os.kill(-1, 9)"),
    "kill the group": _one("os.killpg(0, 9)"),
    "signal itself": _one("import signal\nsignal.raise_signal(signal.SIGTERM)"),
    "tgkill": _one("call(234, pid, pid, 9)"),
    "pidfd": _one("call(434, pid, 0)"),
    "ptrace the server": _one("call(101, 16, pid, 0, 0)"),
    "be traced": _one("call(101, 0, 0, 0, 0)"),
    "read memory of the server": _one("call(310, pid, None, 0, None, 0, 0)"),
    "priority of the server": _one("os.setpriority(os.PRIO_PROCESS, pid, 19)"),
    "limits of the server": _one("import resource\nresource.prlimit(pid, resource.RLIMIT_CPU, (1, 1))"),
    # --- privileges and kernel objects
    "become root": _one("os.setuid(0)\nif os.getuid() != 0: raise OSError"),
    "user namespace": _one("call(272, 0x10000000)"),
    "namespace by clone": _one("call(56, 0x10010F00, 0, 0, 0, 0)"),
    "mount": _one("if libc.mount(b'none', b'/', b'tmpfs', 0, None) != 0: raise OSError"),
    "change the root": _one("os.chroot('/')"),
    "key ring": _one("call(250, 0, -3, 1)"),
    "add a key": _one("call(248, b'user', b'x', b'y', 1, -3)"),
    "BPF": _one("call(321, 0, None, 0)"),
    "performance counters": _one("call(298, None, 0, -1, -1, 0)"),
    "io_uring": _one("call(425, 1, ctypes.create_string_buffer(120))"),
    "userfaultfd": _one("call(323, 0)"),
    "message queue": _one("call(68, 1, 0o1777)"),
    "System V shared memory": _one("call(29, 0, 4096, 0o1777)"),
    "own signal handler": _one("import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)"),
    "alarm": _one("import signal\nif signal.alarm(1) != 0: raise OSError\nif signal.alarm(1) != 1: raise OSError"),
    "raise a limit": _one("import resource\nresource.setrlimit(resource.RLIMIT_AS, (1 << 40, 1 << 40))"),
    "lift the filter": _one("if libc.prctl(22, 0, 0, 0, 0) != 0: raise OSError"),
    "machine code": _one(
        "import mmap\nm = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)"
    ),
    "make memory executable": _one(
        "p = libc.aligned_alloc\np.restype = ctypes.c_void_p\np.argtypes = [ctypes.c_size_t] * 2\n"
        "libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]\n"
        "if libc.mprotect(p(4096, 4096), 4096, 7) != 0: raise OSError"
    ),
    "x32 system call": _one("call(0x40000000 + 57)"),
    "unknown system call": _one("call(9999)"),
    # --- descriptors
    "send a signal by fcntl": _one("import fcntl\nfcntl.fcntl(0, fcntl.F_SETOWN, pid)"),
    "push into a terminal": _one("import fcntl\nfcntl.ioctl(0, 0x5412, b'x')"),
    "read what else is there": _one(
        "for number in range(64):\n    if number in (0,): continue\n    try:\n        data = os.read(number, 100)\n"
        "    except OSError:\n        continue\n    if data: return 'ESCAPED'\nraise OSError"
    ),
    # --- objects
    "walk frames and objects": _one(
        "import gc, inspect\nfor thing in gc.get_objects():\n    if isinstance(thing, dict) and 'expected' in thing "
        "and 'why' in thing: return 'ESCAPED'\nraise OSError"
    ),
    "modules of the server": _one("import tutor"),
    "trainer's modules by name": _one("import importlib\nimportlib.import_module('tutor.judging')"),
}
"""Programs that come to their end soon, whatever they reach."""

HARMLESS: dict[str, str] = {
    "trace function": _quiet("sys.settrace(lambda *a: None)\nsys.setprofile(lambda *a: None)"),
    "faulthandler": _quiet("import faulthandler\nfaulthandler.enable()"),
    "exit handlers": _quiet("import atexit\natexit.register(lambda: print('ESCAPED'))"),
    "broken json": _quiet("import json\njson.dumps = json.loads = lambda *a, **k: 'ESCAPED'"),
    "broken NumPy": _quiet("import numpy as np\nnp.asarray = np.array = np.ndarray.sum = None", "import sys"),
    "broken builtins": _quiet("import builtins\nbuiltins.len = builtins.isinstance = lambda *a: 1 / 0"),
    "closed descriptors": _quiet("os.closerange(0, 64)"),
    "closed output": _quiet("sys.stdout.close()\nsys.stderr.close()"),
    "lying object": "class Liar(float):\n    __eq__ = lambda *a: True\n    __hash__ = float.__hash__\n"
    "def f(*a): return Liar(1)",
    "object whose methods raise": "class Bomb:\n    __repr__ = __eq__ = __len__ = __iter__ = __array__ = lambda *a: 1 / 0\n"
    "def f(*a): return Bomb()",
    "class whose name raises": "class Meta(type):\n    __name__ = property(lambda self: 1 / 0)\n"
    "class Bomb(metaclass=Meta): pass\ndef f(*a): return Bomb()",
    "array subclass": "import numpy as np\nclass Sub(np.ndarray):\n    def __array_finalize__(self, other): pass\n"
    "    def tolist(self): return 'ESCAPED'\n    def astype(self, *a, **k): return 'ESCAPED'\n"
    "def f(*a): return np.zeros(2).view(Sub)",
    "list that holds itself": "def f(*a):\n    x = []\n    x.append(x)\n    return x",
    "deep list": "def f(*a):\n    x = []\n    for _ in range(100_000): x = [x]\n    return x",
    "wide bomb": "def f(*a):\n    x = [0] * 1000\n    for _ in range(8): x = [x] * 1000\n    return x",
    "generator": "def f(*a):\n    while True: yield 1",
    "huge number": "def f(*a): return 1 << 40_000_000",
    "digits of a huge number": "def f(*a): return str(10 ** 5000)",
    "surrogate text": "def f(*a): return '\\ud800' * 10",
    "huge array": "import numpy as np\ndef f(*a): return np.zeros(60_000_000)",
    "object array": "import numpy as np\ndef f(*a): return np.array([print, 1, None], dtype=object)",
    "structured array": "import numpy as np\ndef f(*a): return np.zeros(3, dtype=[('a', 'i4'), ('b', 'O')])",
    "long message": "def f(*a): raise ValueError('x' * 10_000_000)",
    "message that raises": "class E(Exception):\n    __str__ = lambda self: 1 / 0\ndef f(*a): raise E",
    "chain of exceptions": "def f(*a):\n    e = None\n    for _ in range(10_000):\n        n = ValueError(); n.__cause__ = e; e = n\n"
    "    raise e",
    "set of colliding numbers": "def f(*a): return {k * (2 ** 61 - 1) for k in range(1, 3000)}",
    "sys.exit": "import sys\ndef f(*a): sys.exit(0)",
    "KeyboardInterrupt": "def f(*a): raise KeyboardInterrupt",
    "GeneratorExit": "def f(*a): raise GeneratorExit",
    "recursion": "def f(*a): return f(*a)",
    "regular expression compiled deep": "import re\ndef f(*a): return re.compile('(' * 5000 + ')' * 5000)",
    "terminal codes": "def f(*a): print('\\x1b[2J\\x1b]0;x\\x07' * 10)",
    "syntax too deep": "def f(*a): return " + "(" * 5000 + ")" * 5000,
    "constant folding": "def f(*a): return (((1 << 60) ** 99) ** 99) ** 9",
    "NUL in the source": "def f(*a): return 1\0",
    "no function": "",
}
"""Programs that come to an end of any kind and must leave the server as it was."""

STOPPED: dict[str, tuple[str, ...]] = {
    "endless loop": ("timeout",),
    "loop on loading": ("timeout",),
    "sleep": ("timeout",),
    "loop with signals blocked": ("timeout",),
    "loop that catches everything": ("timeout",),
    "regular expression that backtracks": ("timeout",),
    "long arithmetic": ("timeout",),
    "deadlock": ("timeout",),
    "spinning threads": ("timeout",),
    "endless output": ("output",),
    "output without a newline": ("output",),
    "os._exit": ("exit",),
    "null pointer": ("crash",),
    "deep C recursion": ("crash", "timeout", ""),
    "int 0x80": ("crash",),
    "abort": ("crash",),
    "thread bomb": ("", "timeout", "crash"),
    "endless memory": ("", "crash", "timeout"),
    "memory by ctypes": ("", "crash", "timeout"),
    "forged frames": ("forged",),
    "half a frame": ("exit", "forged", "timeout"),
    "frame of four gigabytes": ("forged",),
    "flood of frames": ("forged",),
    "closed results": ("exit",),
    "frame of deep JSON": ("forged",),
}
"""How each of the rest is stopped; "" where the call comes back (with an exception)."""

_FRAMES = "import os\ndef write(data):\n    for number in range(3, 64):\n        try: os.write(number, data)\n        except OSError: pass\n"
STOPPING: dict[str, str] = {
    "endless loop": "def f(*a):\n    while True: pass",
    "loop on loading": "while True: pass",
    "sleep": "import time\ndef f(*a): time.sleep(3600)",
    "loop with signals blocked": "import signal\ndef f(*a):\n    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))\n"
    "    while True: pass",
    "loop that catches everything": "def f(*a):\n    while True:\n        try:\n            while True: pass\n        except BaseException: pass",
    "regular expression that backtracks": "import re\ndef f(*a): return re.match('(a+)+$', 'a' * 60 + 'b')",
    "long arithmetic": "def f(*a): return 3 ** (10 ** 9) % 7",
    "deadlock": "import threading\ndef f(*a):\n    lock = threading.Lock(); lock.acquire(); lock.acquire()",
    "spinning threads": "import threading\ndef spin():\n    while True: pass\ndef f(*a):\n"
    "    for _ in range(4): threading.Thread(target=spin).start()\n    spin()",
    "endless output": "def f(*a):\n    while True: print('x' * 1000)",
    "output without a newline": "import sys\ndef f(*a):\n    while True: sys.stderr.write('x' * 100_000)",
    "os._exit": "import os\ndef f(*a): os._exit(0)",
    "null pointer": "import ctypes\ndef f(*a): return ctypes.string_at(0)",
    "deep C recursion": "import sys\nsys.setrecursionlimit(10 ** 8)\nclass A:\n    def __repr__(self): return repr([self])\n"
    "def f(*a): return repr(A())",
    "int 0x80": HEAD + "def f(*a):\n    code = None\n    for line in range(1):\n"
    "        # no executable memory can be made, so borrow the bytes cd 80 from libc's own text\n"
    "        base = ctypes.cast(libc.printf, ctypes.c_void_p).value & ~4095\n"
    "        text = ctypes.string_at(base, 1 << 18)\n        at = text.find(b'\\xcd\\x80')\n"
    "        if at < 0: ctypes.string_at(0)\n        ctypes.CFUNCTYPE(ctypes.c_int)(base + at)()\n",
    "abort": HEAD + "def f(*a): libc.abort()",
    "thread bomb": "import threading, time\ndef f(*a):\n    while True: threading.Thread(target=time.sleep, args=(9,)).start()",
    "endless memory": "def f(*a):\n    x = [0]\n    while True: x += x",
    "memory by ctypes": HEAD + "def f(*a):\n    libc.malloc.restype = ctypes.c_void_p\n    kept = []\n    while True:\n"
    "        p = libc.malloc(ctypes.c_size_t(1 << 24))\n        if not p: raise MemoryError\n        ctypes.memset(p, 1, 1 << 24)\n",
    "forged frames": _FRAMES + 'def f(*a):\n    body = b\'{"case":0,"calls":[]}\'\n'
    "    write(len(body).to_bytes(4, 'big') + body)\n    return 1",
    "half a frame": _FRAMES + "def f(*a):\n    write(b'\\0\\0\\1\\0{')\n    os._exit(0)",
    "frame of four gigabytes": _FRAMES + "def f(*a):\n    write(b'\\xff' * 8)\n    while True: pass",
    "flood of frames": _FRAMES + "def f(*a):\n    while True: write(b'\\0\\0\\0\\2[]' * 1000)",
    "closed results": "import os, time\ndef f(*a):\n    os.closerange(3, 64)\n    time.sleep(60)",
    "frame of deep JSON": _FRAMES + "def f(*a):\n    body = b'[' * 200_000\n"
    "    write(len(body).to_bytes(4, 'big') + body)\n    while True: pass",
}

PROGRAMS = FINISHES | HARMLESS | STOPPING
