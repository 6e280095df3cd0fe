"""`warpack completion`: scripts that the shells take, and that complete."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.helpers.processes import PATIENCE_S
from tests.service.cli.commands import Cli

SHELLS = ["bash", "zsh", "fish"]


@pytest.mark.parametrize("shell", SHELLS)
def test_a_completion_script_is_valid_and_knows_commands_and_options(warpack: Cli, tmp_path: Path, shell: str) -> None:
    ran = warpack("completion", shell)
    assert ran.code == 0
    for word in ("solve", "explain", "watch", "validate", "simulated", "keys"):
        assert word in ran.out
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed: its script was not read by it")
    (tmp_path / "script").write_text(ran.out)
    said = subprocess.run([program, "-n", tmp_path / "script"], capture_output=True, text=True, timeout=PATIENCE_S)
    assert (said.returncode, said.stderr) == (0, "")


def completed(script: str, *words: str) -> list[str]:
    """What bash offers for the last word."""
    quoted = " ".join(map(shlex.quote, words))
    program = f"""
_init_completion() {{ :; }}
{script}
COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; COMP_LINE="{" ".join(words)}"; COMP_POINT=${{#COMP_LINE}}
$(complete -p warpack | sed 's/.*-F \\([^ ]*\\).*/\\1/') warpack {shlex.quote(words[-1])} {shlex.quote(words[-2])}
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    ran = subprocess.run(["bash", "-c", program], capture_output=True, text=True, timeout=PATIENCE_S, check=True)
    return [word.strip() for word in ran.stdout.splitlines() if word.strip()]


def test_bash_completes_commands_options_and_their_values(warpack: Cli) -> None:
    script = warpack("completion", "bash").out
    assert completed(script, "warpack", "sol") == ["solve"]
    assert "--validate" in completed(script, "warpack", "solve", "--va")
    assert completed(script, "warpack", "solve", "--validate", "sim") == ["simulated"]


@pytest.mark.parametrize("shell", SHELLS)
def test_install_writes_the_script_for_the_user_alone(
    warpack: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shell: str
) -> None:
    for name in ("ZSH", "ZSH_CUSTOM", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    ran = warpack("completion", shell, "--install")
    assert (ran.code, ran.out) == (0, "")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any("warpack" in path.name for path in files)
    assert all(str(tmp_path) in line for line in ran.err.splitlines() if line.startswith("Wrote"))
    assert "says of it" not in ran.err


def test_a_shell_that_is_none_is_bad_input(warpack: Cli) -> None:
    ran = warpack("completion", "tcsh")
    assert (ran.code, "Traceback" in ran.err) == (2, False)
