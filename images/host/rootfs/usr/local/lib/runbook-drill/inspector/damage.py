"""Why an artefact, or a member of one, is not looked into to its end."""


class Damage(Exception):
    """It cannot be read to its end."""


class Undecryptable(Damage):
    """What was encrypted is not what is there."""


class Refused(Damage):
    """Looking further would cost more than an inspection may: the whole artefact is refused, not only the layer that says so."""


class OutOfReach(Exception):
    """Whole as far as can be seen; somebody else can look into it, with a key or a program that is not here."""
