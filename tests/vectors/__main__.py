"""python -m tests.vectors: write the vectors of the matchers anew."""

import os

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from tests.vectors.write import write

    write()
