"""The shells of a session: one login bash a user, fed through a FIFO, in the session's terminal or in none."""

import ctypes
import os
import pwd
import shlex
import signal

from clock import ENVIRONMENT

LIBRARY = "/usr/local/lib/runbook-drill"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# What would stop and wait for a key; a person's terminal is 80 by 24.
PAGERS = {name: "cat" for name in ("PAGER", "GIT_PAGER", "SYSTEMD_PAGER", "MANPAGER", "PSQL_PAGER")}


def quoted(words):
    return " ".join(shlex.quote(word) for word in words)


def exports(env):
    """Statements for values that are in no process list: they go through the shell's own FIFO."""
    return "".join(f"export {quoted([f'{name}={value}'])}\n" for name, value in env.items())


class Shell:
    """One bash. `feed` gives it commands; they wait in `unfed` while its FIFO is full."""

    def __init__(self, session, user, in_terminal, script):
        self.user, self.in_terminal, self.script = user, in_terminal, script
        self.account = pwd.getpwnam(user)
        os.mkfifo(self.script, 0o600)
        os.chown(self.script, self.account.pw_uid, self.account.pw_gid)
        # Open for both, so that opening does not wait for bash, and bash sees no end before we say so.
        self.fifo = os.open(self.script, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        self.unfed = b""
        self.pid = self.spawn(session)
        self.feed(f"source {LIBRARY}/session.bash\n{exports(session.env)}{{ __drill_after 0; }} 2>&251\n")

    def spawn(self, session):
        account = self.account
        environment = {
            "HOME": account.pw_dir, "USER": account.pw_name, "LOGNAME": account.pw_name, "SHELL": account.pw_shell or "/bin/bash",
            "PATH": PATH, "TERM": "xterm", "LANG": os.environ.get("LANG", "C.UTF-8"), **PAGERS, **ENVIRONMENT,
            "DRILL_TRACE": session.trace_path, "DRILL_OUT": session.pipe_names[0],
        }
        groups = os.getgrouplist(account.pw_name, account.pw_gid)
        pid = os.fork()
        if pid:
            return pid
        try:
            if self.in_terminal:
                os.setpgid(0, 0)
                stdin = session.terminal.slave
                session.terminal.foreground(os.getpid())
            else:
                os.setsid()
                stdin = os.open("/dev/null", os.O_RDONLY)
            for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGTTOU, signal.SIGTTIN, signal.SIGTSTP, signal.SIGPIPE, signal.SIGCHLD):
                signal.signal(number, signal.SIG_DFL)
            for fd, target in ((stdin, 0), (session.out[1], 1), (session.err[1], 2)):
                os.dup2(fd, target)
            os.closerange(3, 1024)
            os.umask(0o022)
            os.setgroups(groups)
            os.setgid(account.pw_gid)
            os.setuid(account.pw_uid)
            go_to(session.cwd, account.pw_dir)
            os.execve("/bin/bash", ["bash", self.script], environment)
        except OSError as error:
            os.write(2, f"{error.strerror}: {error.filename or ''}\n".encode())
        finally:
            os._exit(126)

    def feed(self, text=""):
        self.unfed += text.encode(errors="surrogateescape")
        try:
            while self.unfed:
                self.unfed = self.unfed[os.write(self.fifo, self.unfed[:4096]):]
        except BlockingIOError:
            pass

    def close(self):
        os.close(self.fifo)
        try:
            os.unlink(self.script)
        except OSError:
            pass


def go_to(*folders):
    """The first that is there: a block may have removed the directory it stood in."""
    for folder in (*folders, "/"):
        try:
            return os.chdir(folder)
        except OSError:
            continue


def become_subreaper():
    """Orphans of the session become children of this process, whatever sessions they made."""
    set_child_subreaper = 36
    if ctypes.CDLL(None, use_errno=True).prctl(set_child_subreaper, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
