"""The emitted allocators on numba's CPU target: the same functions, with whatever a GPU would supply passed in.

Every function gets one more argument, `MEMORY`: a tuple of integers (this thread, threads of the block), one array per
element type over the block's shared memory, and local arrays. `cuda.shared.array(0, T, …)` becomes the array of T,
`cuda.threadIdx.x` the integer, `cuda.local.array` an array that one thread after another is given. Everything else is
compiled as it is: windows, slices, strides, zero functions.
"""

from __future__ import annotations

import ast

from warpack.gpu_runtime.probe.kernel.abi import ELEMENTS

MEMORY = "MEMORY"
THREAD, THREADS = 0, 1
"""Indices of the integers in MEMORY[0]."""


_ANY_VIEW = "view"
"""The first argument of the functions that many others call: these are compiled once for each element type, all others
where they are called."""

Handed = tuple[str, int]
"""An array in MEMORY: its element type, and its size if it is a local one (0: it lies over all of the shared
memory)."""


class CannotBeReadError(ValueError):
    """The text says something about `cuda` that has no meaning on the CPU target."""


def on_cpu(element: str) -> str:
    """The type that stands in for one that the CPU target cannot compute with: its bits."""
    return "uint16" if element == "float16" else element


def cpu_text(allocators: str) -> tuple[str, tuple[Handed, ...]]:
    """The text for the CPU target, and the arrays in MEMORY from index 1 on. Raises CannotBeReadError (or
    SyntaxError) for text of another form."""
    tree = ast.parse(allocators)
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    tree.body = [node for node in tree.body if not (_imports_numba(node) or _is_for_the_compiler_alone(node))]
    rewriting = _OnCpu(functions)
    text = ast.unparse(ast.fix_missing_locations(rewriting.visit(tree)))
    head = ["from numba import njit, types", ""]
    return "\n".join([*head, text]) + "\n", tuple(rewriting.arrays)


def _imports_numba(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "numba"


def _is_for_the_compiler_alone(node: ast.stmt) -> bool:
    """The replacement of a function that only a GPU's compiler reads; the simulator's version stands before it."""
    return isinstance(node, ast.If) and ast.unparse(node.test) == "not IN_SIMULATOR"


class _OnCpu(ast.NodeTransformer):
    def __init__(self, functions: set[str]) -> None:
        self._functions = functions
        self.arrays: list[Handed] = []

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        takes_a_view = bool(node.args.args) and node.args.args[0].arg == _ANY_VIEW
        self.generic_visit(node)
        if takes_a_view:
            node.decorator_list = [_expression("njit(boundscheck=True, _nrt=False)")]
        node.args.args.append(ast.arg(MEMORY))
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        name = ast.unparse(node.func)
        if name == "cuda.jit":
            return _expression("njit(boundscheck=True, _nrt=False, inline='always')")
        if name == "cuda.shared.array":
            if ast.unparse(node.args[0]) != "0":
                raise CannotBeReadError("a static shared array: only dynamic shared memory is laid out")
            return self._array(_element(node.args[1]), 0)
        if name == "cuda.local.array":
            return self._array(_element(node.args[1]), int(ast.literal_eval(node.args[0])))
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id in self._functions:
            node.args.append(ast.Name(MEMORY, ast.Load()))
        return node

    def _array(self, element: str, local_size: int) -> ast.expr:
        array = (element, local_size)
        if array not in self.arrays or local_size:
            self.arrays.append(array)
        last = len(self.arrays) - 1 - self.arrays[::-1].index(array)
        return _expression(f"{MEMORY}[{1 + last}]")

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        match ast.unparse(node).split("."):
            case ["cuda", "config", "ENABLE_CUDASIM"]:
                return _expression("False")
            case ["cuda", "threadIdx" | "blockDim" as what, axis]:
                if axis != "x":
                    return _expression("0" if what == "threadIdx" else "1")
                return _expression(f"{MEMORY}[0][{THREAD if what == 'threadIdx' else THREADS}]")
            case ["cuda", *_]:
                raise CannotBeReadError(f"{ast.unparse(node)} is nothing that the CPU target has")
            case ["types", "float16"]:
                return _expression("types.uint16")
        self.generic_visit(node)
        return node


def _element(node: ast.AST) -> str:
    name = ast.unparse(node).removeprefix("types.").replace("boolean", "bool")
    if name not in ELEMENTS:
        raise CannotBeReadError(f"{ast.unparse(node)} is no element type that allocators hand out")
    return name


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body
