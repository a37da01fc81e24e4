"""Working out how new names may be typed."""

from publish.search.models import SearchName
from publish.search.readings import index_words

#: So many new names at most are worked out while somebody waits for an answer: some milliseconds.
AT_ONCE = 200
PORTION = 2_000


def read_new_names(most: int = PORTION) -> int:
    """Work out the words of names that have none yet, ``most`` of them; how many there were."""
    new = list(SearchName.objects.filter(words="").only("names").order_by("pk")[:most])
    for row in new:
        row.words = index_words(*row.names.split("\n"))
    if new:
        SearchName.objects.bulk_update(new, ["words"], batch_size=PORTION)
    return len(new)


def read_all_names() -> int:
    """The same until none is left, in portions; how many there were."""
    found = 0
    while more := read_new_names():
        found += more
    return found
