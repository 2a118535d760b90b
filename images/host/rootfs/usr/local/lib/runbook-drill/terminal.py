"""The pseudo-terminal of a session: what nobody types at, unless the drill file says what to type."""

import array
import errno
import fcntl
import os
import struct
import termios


class Terminal:
    def __init__(self):
        self.master, self.slave = os.openpty()
        os.set_blocking(self.master, False)
        self.path = os.ttyname(self.slave)
        attributes = termios.tcgetattr(self.slave)
        attributes[3] &= ~termios.ECHO
        termios.tcsetattr(self.slave, termios.TCSANOW, attributes)
        self.attributes = attributes
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        status = os.stat(self.path)
        self.device = (status.st_rdev, status.st_dev)
        self.to_type = []
        self.typed = 0

    def own(self, user):
        os.fchown(self.slave, user, -1)
        os.fchmod(self.slave, 0o620)

    def control(self):
        """Makes it the controlling terminal of this process' session."""
        fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)

    def foreground(self, group):
        try:
            os.tcsetpgrp(self.slave, group)
        except OSError:
            pass

    def begin(self, text):
        """A step begins: the modes as they were, nothing typed but `text`."""
        termios.tcsetattr(self.slave, termios.TCSANOW, self.attributes)
        termios.tcflush(self.slave, termios.TCIFLUSH)
        self.to_type = text.encode().splitlines(keepends=True)
        self.typed = 0

    def waiting(self):
        """Bytes typed that nobody has read."""
        count = array.array("i", [0])
        fcntl.ioctl(self.slave, termios.FIONREAD, count)
        return count[0]

    def type_line(self):
        """Types the next line, once the one before was read. Line by line, as a password prompt throws away what was typed ahead."""
        if not self.to_type or self.waiting():
            return
        try:
            written = os.write(self.master, self.to_type[0])
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EWOULDBLOCK):
                return
            raise
        self.typed += written
        self.to_type[0] = self.to_type[0][written:]
        if not self.to_type[0]:
            self.to_type.pop(0)

    def taken(self):
        """Something of what was typed was read."""
        return self.typed > self.waiting()
