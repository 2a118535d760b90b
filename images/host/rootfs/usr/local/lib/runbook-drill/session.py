"""What a phase has in the host: its folder, terminal, pipes, trace and shells."""

import fcntl
import os
import pwd
import shutil
import subprocess

from processes import all_processes, descendants, kill_all
from shells import LIBRARY, Shell
from terminal import Terminal
from trace import Trace

PIPE_SIZE = 1 << 20


class Session:
    def __init__(self, user, cwd, env):
        self.user, self.cwd, self.env = user, cwd, env
        self.folder = f"/run/runbook-drill/session.{os.getpid()}"
        os.makedirs(self.folder)
        # Entered by every user that a block becomes; what is a user's alone has its own mode.
        os.chmod(self.folder, 0o711)
        self.scripts = f"{self.folder}/shell-"
        self.trace_path = f"{self.folder}/trace"
        os.mkfifo(self.trace_path)
        os.chmod(self.trace_path, 0o622)
        # For both, so that it never ends while its writers come and go.
        self.trace_fd = os.open(self.trace_path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        self.out, self.err = os.pipe(), os.pipe()
        for fd in (self.trace_fd, self.out[0], self.err[0]):
            os.set_blocking(fd, False)
            try:
                fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, PIPE_SIZE)
            except OSError:
                pass
        self.outputs = {self.out[0]: "stdout", self.err[0]: "stderr"}
        self.pipe_names = tuple(f"pipe:[{os.fstat(fd).st_ino}]" for fd in (self.out[1], self.err[1]))
        self.terminal = Terminal()
        self.terminal.control()
        self.terminal.own(pwd.getpwnam(user).pw_uid)
        self.trace = Trace(self.folder, self.scripts)
        self.shells = {}  # (user, whether in the terminal) -> Shell
        self.statuses = {}  # pid of a shell that has ended -> its exit code
        self.ready = set()  # pids of shells that have read their start files
        self.last_kind = {}  # user -> whether the last block ran in the terminal
        self.shell_count = 0
        self.blocks = 0
        self.activity = 0  # grows with output and trace

    def shell(self, user, in_terminal):
        """The user's shell, a new one in the same directory where there is none or the last has ended."""
        shell = self.shells.get((user, in_terminal))
        if shell is None:
            answer_gpg(user)
            self.shell_count += 1
            shell = self.shells[(user, in_terminal)] = Shell(self, user, in_terminal, f"{self.scripts}{self.shell_count}")
        return shell

    def write_file(self, name, content, account, mode):
        path = f"{self.folder}/{name}"
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(fd, "wb") as file:
            file.write(content)
            os.fchown(fd, account.pw_uid, account.pw_gid)
            os.fchmod(fd, mode)
        return path

    @staticmethod
    def passphrases():
        """How often gpg has been answered in this host."""
        try:
            with open("/run/runbook-drill/pinentry-count", "rb") as file:
                return sum(1 for _ in file)
        except OSError:
            return 0

    def reap(self):
        """Takes away what has ended; keeps the statuses of shells."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            for key, shell in list(self.shells.items()):
                if shell.pid == pid:
                    code = os.waitstatus_to_exitcode(status)
                    self.statuses[pid] = 128 - code if code < 0 else code
                    shell.close()
                    del self.shells[key]

    def running(self):
        return descendants(all_processes(), os.getpid())

    def kill(self, spare=frozenset()):
        """All that the session has started, except processes whose key is in `spare`, and what comes from those."""

        def select():
            processes = all_processes()
            kept = {pid for pid, p in processes.items() if p.key in spare}
            for pid in list(kept):
                kept.update(descendants(processes, pid))
            return [pid for pid in descendants(processes, os.getpid()) if pid not in kept]

        kill_all(select, self.reap)

    def daemons(self):
        """Keys of what has left the session for good, as a daemon does: a session of its own, and nothing of ours open."""
        ours = (*self.pipe_names, self.terminal.path)
        own_session = os.getsid(0)
        return frozenset(p.key for p in self.running().values() if p.session != own_session and p.name != "bash" and not holds(p.pid, ours))

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def answer_gpg(user):
    """gpg's questions for a passphrase are answered for the user, and for root behind sudo."""
    if os.path.exists("/run/runbook-drill/passphrase"):
        subprocess.run([f"{LIBRARY}/pinentry-setup", *{user, "root"}], stdin=subprocess.DEVNULL, check=True)


def holds(pid, names):
    try:
        return any(os.readlink(f"/proc/{pid}/fd/{fd}") in names for fd in os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return False
