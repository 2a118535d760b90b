"""The host's clock, where a drill has set another than the machine's (`host/clock`)."""

SETTING = "/etc/faketimerc"


def ahead():
    """Seconds by which what runs in the host sees a later time than we do."""
    try:
        with open(SETTING) as file:
            return float(file.read())
    except (OSError, ValueError):
        return 0.0


AHEAD = ahead()

# What a file's time is stays true, and so does what compares it with the present; shared memory would be left by what is killed.
ENVIRONMENT = {"NO_FAKE_STAT": "1", "FAKETIME_DISABLE_SHM": "1", "FAKETIME_SKIP_CMDS": "find,touch,tar,make"} if AHEAD else {}


def real(told):
    """Seconds since 1970 by the machine's clock, of what bash told by its own (with the locale's decimal point)."""
    return float(told.replace(b",", b".")) - AHEAD
