"""The list of system calls that a worker may make, as a seccomp filter. Everything else fails with EPERM.

The list is what Python and NumPy need once they are loaded: memory, threads, clocks, reading and writing what is
open. No file can be opened or even looked at by name; there is no process, signal, socket or other object to be had.
Built with libseccomp; knows nothing of who installs the filter.
"""

from __future__ import annotations

import errno
import tempfile
from functools import cache

from tutor.errors import SandboxError

ALLOWED = (
    "read readv write writev close fstat lseek poll ppoll select pselect6 "
    "mmap mprotect munmap mremap brk madvise membarrier "
    "futex futex_waitv set_robust_list get_robust_list rseq sched_yield sched_getaffinity getcpu "
    "rt_sigprocmask rt_sigreturn sigaltstack restart_syscall "
    "clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times getrusage getrandom "
    "getpid getppid gettid getuid geteuid getgid getegid exit exit_group"
).split()

_CLONE_THREAD, _CLONE_NAMESPACES = 0x00010000, 0x7E020000 | 0x00000080
_PROT_EXEC = 4


@cache
def filter_program() -> bytes:
    """The filter as BPF, eight bytes an instruction. Raises SandboxError where libseccomp is missing."""
    try:
        import pyseccomp
    except (ImportError, RuntimeError, OSError) as error:
        raise SandboxError(
            f"libseccomp cannot be loaded ({str(error)[:100]})",
            "libseccomp.so.2 and the package pyseccomp",
            "sudo apt-get install libseccomp2, then pip install pyseccomp",
        ) from error
    arg, masked, equal = pyseccomp.Arg, pyseccomp.MASKED_EQ, pyseccomp.EQ
    allowed = pyseccomp.SyscallFilter(pyseccomp.ERRNO(errno.EPERM))
    for name in ALLOWED:
        if not _is_known(name):
            continue
        if name in ("mmap", "mprotect"):  # no new machine code
            allowed.add_rule(pyseccomp.ALLOW, name, arg(2, masked, _PROT_EXEC, 0))
        else:
            allowed.add_rule(pyseccomp.ALLOW, name)
    # A thread, and no new process or namespace. clone3 hides its flags in memory, so libc is told to use clone.
    allowed.add_rule(pyseccomp.ALLOW, "clone", arg(0, masked, _CLONE_THREAD | _CLONE_NAMESPACES, _CLONE_THREAD))
    allowed.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    # Its own limits may be read (libc asks for the size of the stack) and not set.
    allowed.add_rule(pyseccomp.ALLOW, "prlimit64", arg(0, equal, 0), arg(2, equal, 0))
    allowed.set_attr(pyseccomp.Attr.ACT_BADARCH, pyseccomp.KILL_PROCESS)  # int 0x80 and the like
    with tempfile.TemporaryFile() as file:
        allowed.export_bpf(file)
        file.seek(0)
        return file.read()


def _is_known(name: str) -> bool:
    """False for a system call that this architecture does not have."""
    import pyseccomp

    try:
        return bool(pyseccomp.resolve_syscall(pyseccomp.system_arch(), name) >= 0)
    except (OSError, ValueError):
        return False
