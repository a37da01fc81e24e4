"""What planning refuses beyond bad arguments."""


class TooManyLinks(ValueError):
    """More is open than can be planned at once: ``count`` links, where ``most`` are the limit."""

    def __init__(self, count: int, most: int) -> None:
        super().__init__(f"{count} stretches are open; plan for at most {most} at once.")
        self.count, self.most = count, most
