"""Compile locale/*/LC_MESSAGES/*.po to .mo where they are newer; needs no gettext on the machine.

python setup/compile_messages.py FOLDER
"""

import sys
from pathlib import Path

import polib


def compile_messages(folder: Path) -> int:
    """Compile what changed under `folder`; how many catalogues that was."""
    done = 0
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        # Whole or not at all: a server may be reading the old one.
        new = target.with_suffix(".mo.new")
        polib.pofile(str(source)).save_as_mofile(str(new))
        new.replace(target)
        done += 1
    return done


if __name__ == "__main__":
    compile_messages(Path(sys.argv[1]))
