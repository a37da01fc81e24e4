"""How often somebody tried to report something lately; nobody can tell who."""

from django.db import models


class Attempt(models.Model):
    """One attempt to send a report; deleted within the hour.

    ``digest`` is made of the address, or of the lamp, with a key that changes every day: two
    attempts from one address look alike, and no address can be read from them.
    """

    digest = models.BinaryField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["digest", "at"], name="attempt_lately"),
            models.Index(fields=["at"], name="attempt_age"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%H:%M}"
