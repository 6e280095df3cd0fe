"""Tells a cubin from other files that are passed by mistake."""

from __future__ import annotations

_FATBIN_MAGIC = b"\x50\xed\x55\xba"
_FATBIN_WRAPPER_MAGIC = b"\xb1\x43\x62\x46"
_ELF_MAGIC = b"\x7fELF"
_MACHINE_AT = 18
_EM_CUDA = 190

_CUT_OUT = "take the machine code of one architecture out of it with cuobjdump -xelf all"


def kind_of(data: bytes) -> str | None:
    """What `data` is, and what to do about it, as the end of the sentence "FILE is …"; None for an ELF file of
    CUDA's."""
    if data.startswith((_FATBIN_MAGIC, _FATBIN_WRAPPER_MAGIC)):
        return f"a fatbin, which holds code for several architectures: {_CUT_OUT}"
    if data.startswith(_ELF_MAGIC):
        machine = int.from_bytes(data[_MACHINE_AT : _MACHINE_AT + 2], "little")
        if machine == _EM_CUDA:
            return None
        return f"an ELF file, but not of a GPU: of an object file or program of nvcc's, {_CUT_OUT}"
    if b".version" in data[:4096] and b".target" in data[:4096]:
        return "PTX, which is not machine code yet: assemble it with ptxas -arch=sm_86 -o kernel.cubin"
    return "no ELF file, and so no cubin"
