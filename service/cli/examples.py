"""The examples that --help shows. Each is a command as people type it, and what it is for."""

from __future__ import annotations

EXAMPLES: dict[str, tuple[tuple[str, str], ...]] = {
    "": (
        ("warpack demo", "see what comes out, with nothing prepared"),
        ("warpack init -o kernel.yaml", "a manifest to begin with"),
        ("warpack solve kernel.yaml --emit packed", "the layout, and allocators for it"),
    ),
    "solve": (
        ("warpack solve kernel.yaml", "one screen"),
        ("warpack solve kernel.yaml --emit packed --validate simulated", "allocators that were compiled and run"),
        ("warpack solve kernel.yaml --json > layout.json", "for programs"),
        ("warpack solve - --quiet < kernel.yaml", "the exit code alone"),
    ),
    "draw": (
        ("warpack draw packed/layout.json -o map.svg", "the memory map"),
        ("warpack draw kernel.yaml --view card --theme dark -o card.svg", "a card to share"),
    ),
    "check": (
        ("warpack check kernel.yaml", "every error at its line, or the bounds"),
        ("warpack check kernel.yaml --json", "for programs"),
    ),
    "verify": (
        ("warpack verify packed/manifest.json packed/layout.json", "milliseconds, in CI"),
        ("warpack verify kernel.yaml layout.json --prove", "proofs by search are checked too"),
    ),
    "explain": (
        ("warpack explain packed/layout.json state", "why it lies there, and what would move it"),
        ("warpack explain layout.json loop/state --manifest kernel.yaml --json", "for programs"),
    ),
    "init": (
        ("warpack init", "asks a few questions"),
        ("warpack init --arch 9.0 --phases load,work,store --buffer tile:1024 -o kernel.yaml", "asks none"),
    ),
    "diff": (
        ("warpack diff before.yaml after.yaml", "of two manifests"),
        ("warpack diff packed/layout.json new/layout.json --quiet", "the exit code alone"),
    ),
    "schema": (
        ("warpack schema > manifest.schema.json", "for an editor"),
        ("warpack schema layout", "that of layouts"),
    ),
    "import": (
        ("warpack import csv pool.csv -o pool.json", "a table of buffers"),
        ("warpack import triton kernels.py --kernel softmax -o softmax.json", "a kernel of Triton's"),
    ),
    "trace": (
        ("warpack trace script.py -o traced", "a manifest for each kernel that it launches"),
        ("warpack trace script.py -- --size 64", "arguments of the script"),
        ("warpack trace script.py --against packed/manifest.json", "does the kernel keep to it?"),
    ),
    "measure": (("warpack measure kernel.cubin --kernel step", "registers and static bytes as manifest fields"),),
    "demo": (
        ("warpack demo", "the examples, and a table of what they gain"),
        ("warpack demo kernel.yaml --verbose", "your own manifest, with all that is known of it"),
    ),
    "watch": (
        ("warpack watch 019f1c7e-5b0a-7cc2-9d3e-0a4f1b2c3d4e", "at the service that WARPACK_URL names"),
        ("warpack watch http://127.0.0.1:8000/v1/layouts/019f1c7e-5b0a-7cc2-9d3e-0a4f1b2c3d4e", "by its link"),
    ),
    "serve": (
        ("warpack serve", "http://127.0.0.1:8000, for this machine"),
        ("warpack serve --port 9000 --data-dir ./store", "elsewhere"),
    ),
    "worker": (
        ("warpack worker --queues solve,validate", "beside a service, on its database"),
        ("warpack worker --gateway https://warpack.example", "by HTTPS alone"),
    ),
    "admin": (
        ("warpack admin keys make laptop", "an API key"),
        ("warpack admin backup store.backup", "the store in a file"),
    ),
    "doctor": (
        ("warpack doctor", "what is missing here, if anything"),
        ("warpack doctor --gpu", "can this machine run layouts on its GPU?"),
    ),
    "completion": (
        ("warpack completion bash --install", "from the next shell on"),
        ("warpack completion zsh > _warpack", "the script, to be put where you like"),
    ),
    "bench": (("warpack bench --limit 5", "five seconds for each instance"),),
}


def told(command: str) -> str:
    """The examples of a command, a line each; "" if it has none."""
    found = EXAMPLES.get(command, ())
    return "\n".join(("Examples:", *(f"  {line}\n      {what}" for line, what in found))) if found else ""
