"""What is compiled ahead, and that an update leaves no kernel of before."""

from pathlib import Path

from spatial.compiling import compile_kernels, forget_kernels


def test_kernels_of_before_are_forgotten_and_nothing_else(tmp_path: Path) -> None:
    kept = tmp_path / "walks" / "__pycache__"
    kept.mkdir(parents=True)
    names = ["heap.push-1.py311.nbi", "heap.push-1.py311.1.nbc", "heap.cpython-311.pyc"]
    for name in names:
        (kept / name).touch()
    (tmp_path / "walks" / "notes.nbi").touch()
    forget_kernels(tmp_path)
    assert [path.name for path in kept.iterdir()] == ["heap.cpython-311.pyc"]
    assert (tmp_path / "walks" / "notes.nbi").exists()


def test_what_is_compiled_ahead_still_runs() -> None:
    compile_kernels()
