"""The pages about settings tell of every setting, and of none that is gone."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READ = [*ROOT.glob("config/**/*.py"), ROOT / "manage.py", ROOT / "run"]
#: What others define: the system's, the database driver's, ours for a moment.
NOT_OURS = {"PATH", "HOME", "DJANGO_SETTINGS_MODULE"}
IN_PYTHON = re.compile(r"""(?:environ(?:\.get)?[\[(]|_flag\(|_whole\(|_words\()\s*"([A-Z_]+)\"""")
IN_SHELL = re.compile(r"\$\{(GRIDWALK_[A-Z_]+)")


def test_each_setting_has_a_heading() -> None:
    read: set[str] = set()
    for file in READ:
        text = file.read_text(encoding="utf-8")
        read |= set(IN_PYTHON.findall(text)) | set(IN_SHELL.findall(text))
    headings = re.findall(
        r"^### (\w+)$", (ROOT / "docs" / "settings.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert len(read) > 15
    assert set(headings) == read - NOT_OURS
    assert len(headings) == len(set(headings))
