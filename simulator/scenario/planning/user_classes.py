"""Users' own classes by import path, checked without knowing SPADE."""

from __future__ import annotations

import importlib
import inspect
import sys
import sysconfig
import traceback
from collections.abc import Iterable
from functools import reduce
from pathlib import Path
from types import ModuleType

from simulator.scenario.language.words import nearest
from simulator.scenario.source import PartError

AGENT = ("spade.agent", "Agent")
BEHAVIOUR = ("spade.behaviour", "CyclicBehaviour")
"""Module and name of the classes that users' classes must descend from."""


BUILT_IN = "simulator.behaviours"
"""The package of the behaviours that are nobody's own."""


def is_built_in(path: str) -> bool:
    """Whether an import path names a behaviour of this package."""
    return path.startswith((f"{BUILT_IN}:", f"{BUILT_IN}."))


class NotUsableError(PartError):
    """An import path that leads to nothing usable."""


def make_importable(folders: Iterable[Path | str]) -> None:
    """Let modules in these folders be imported, behind what is installed."""
    for name in map(str, folders):
        if name not in sys.path:
            sys.path.append(name)


def module_folders(paths: Iterable[str]) -> tuple[str, ...]:
    """The folders, sorted, that Python must look in for these import paths, once imported.

    Without those of what is installed, and the one that this package is in.
    """
    names = {path.partition(":")[0].partition(".")[0] for path in paths}
    if not names:
        return ()
    places = [
        place for name in names if name in sys.modules for place in _places(sys.modules[name])
    ]
    folders = {Path(place).resolve().parent for place in places}
    known = [Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "purelib", "platlib")]
    own = Path(__file__).resolve().parents[3]
    return tuple(
        sorted(
            str(folder)
            for folder in folders
            if folder != own and not any(folder.is_relative_to(one) for one in known)
        )
    )


def is_own_module(module: ModuleType) -> bool:
    """Whether it is the user's: neither installed, nor Python's, nor ours."""
    own = Path(__file__).resolve().parents[2]
    known = [Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "purelib", "platlib")]
    file = getattr(module, "__file__", None)
    return file is not None and not any(
        Path(file).resolve().is_relative_to(one) for one in (own, *known)
    )


def _places(module: ModuleType) -> Iterable[str]:
    # A package has folders, several where it is a namespace; a module of its own has a file.
    return getattr(module, "__path__", None) or [str(module.__file__)]


def load_checked(path: str, base: tuple[str, str]) -> type:
    """The class that ``module:Class`` names, if it descends from `base`. Raises NotUsableError."""
    module_name, _, name = path.partition(":")
    found = _attribute(_module(module_name), name)
    if not inspect.isclass(found):
        raise NotUsableError(f"`{path}` is not a class", "a class")
    if base not in {(one.__module__, one.__name__) for one in found.__mro__}:
        raise NotUsableError(f"`{path}` is not a {'.'.join(base)}", f"a subclass of {base[1]}")
    return found


def check_arguments(found: type, arguments: dict[str, object]) -> None:
    """Whether a class can be called with these arguments. Raises NotUsableError.

    A class that has `check_arguments(**arguments)` is asked about their values too; it raises
    ValueError or TypeError.
    """
    try:
        inspect.signature(found).bind(**arguments)
    except TypeError as error:
        raise NotUsableError(f"{found.__name__}: {error}", _call_of(found)) from None
    except ValueError:  # no signature to be had
        return
    try:
        getattr(found, "check_arguments", _no_check)(**arguments)
    except (TypeError, ValueError) as error:
        raise NotUsableError(f"{found.__name__}: {error}", "") from None


def _no_check(**_arguments: object) -> None:
    """Values are the class's own business."""


def _call_of(found: type) -> str:
    return f"{found.__name__}{inspect.signature(found)}"


def _module(name: str) -> ModuleType:
    importlib.invalidate_caches()
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:  # a user's module may raise anything
        raise NotUsableError(
            f"cannot import `{name}`: {_told(error)}",
            "a module that is installed, beside the scenario, or in the current folder",
        ) from None


def _told(error: BaseException) -> str:
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if "importlib" not in frame.filename and frame.filename != __file__
    ]
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {error}{place}"


def _attribute(module: ModuleType, name: str) -> object:
    try:
        return reduce(getattr, name.split("."), module)
    except AttributeError:
        own = [word for word, value in vars(module).items() if _is_of(module, value)]
        raise NotUsableError(f"`{module.__name__}` has no `{name}`", nearest(name, own)) from None


def _is_of(module: ModuleType, value: object) -> bool:
    """Whether something is a class of this module, or of a package's parts; not an imported one."""
    where = f"{value.__module__}." if inspect.isclass(value) else ""
    return where.startswith(f"{module.__name__}.")
