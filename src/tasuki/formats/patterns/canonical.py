# SPDX-License-Identifier: MIT
"""One way to write each comparison: what means the same reads the same.

Always: `NOT =` is `!=`; a list of one is its member; octets are hexadecimal; whole floats are integers; fractions of
seconds lose trailing zeros; LIKE and MATCHES are NFC, as they are evaluated; networks lose host bits after ISSUBSET.

For comparing what patterns are about, unless `exact`: addresses in their shortest form (sections 6.8 and 6.9 let a
single address drop its suffix), registry keys and value names in lower case (Windows does not tell case apart),
hexadecimal hash values in lower case, hash names as the vocabulary spells them (section 10.7). An evaluator compares
code points (section 9.6.2), so patterns alike in this sense can differ on data written otherwise.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from tasuki.formats.patterns.addresses import read_network
from tasuki.formats.patterns.hashes import algorithm_of, is_hash, is_hexadecimal, name_of
from tasuki.formats.patterns.model import Comparison, Constant, Kind, Operator, Path
from tasuki.formats.patterns.moments import sortable
from tasuki.formats.patterns.writer import write_constant

_EQUALITIES: Final = (Operator.EQUAL, Operator.NOT_EQUAL, Operator.IN)
_ADDRESSES: Final = {"ipv4-addr": 4, "ipv6-addr": 6}
_REGISTRY: Final = "windows-registry-key"


def canonical(comparison: Comparison, *, exact: bool) -> Comparison:
    """Return the comparison that stands for all that mean the same as this one."""
    operator, negated = _operator(comparison)
    constants = [_constant(constant, comparison) for constant in comparison.constants]
    path = comparison.path
    if not exact and operator in _EQUALITIES:
        constants = [_value(constant, path) for constant in constants]
    if not exact:
        path = _path(path)
    if operator is Operator.IN:
        constants = [each for _, each in sorted({write_constant(constant): constant for constant in constants}.items())]
        if len(constants) == 1:
            operator, negated = (Operator.NOT_EQUAL, False) if negated else (Operator.EQUAL, False)
    return Comparison(path, operator, tuple(constants), negated)


def _operator(comparison: Comparison) -> tuple[Operator, bool]:
    operator, negated = comparison.operator, comparison.negated
    if negated and operator is Operator.EQUAL:
        return Operator.NOT_EQUAL, False
    if negated and operator is Operator.NOT_EQUAL:
        return Operator.EQUAL, False
    return operator, negated


def _constant(constant: Constant, comparison: Comparison) -> Constant:
    value = constant.value
    if isinstance(value, bytes):
        return Constant(Kind.HEX, value)
    if isinstance(value, float):
        return Constant(Kind.INTEGER, int(value)) if value.is_integer() else constant
    if not isinstance(value, str):
        return constant
    written = _written(value, constant.kind, comparison.operator)
    return constant if written is None else Constant(constant.kind, written)


def _written(value: str, kind: Kind, operator: Operator) -> str | None:
    """Return the one way to write a string or timestamp under an operator, or None where it is as good as any."""
    if kind is Kind.TIMESTAMP:
        moment = sortable(value)
        return None if moment is None else f"{moment}Z"
    if operator in (Operator.LIKE, Operator.MATCHES):
        return unicodedata.normalize("NFC", value)
    network = read_network(value) if operator in (Operator.ISSUBSET, Operator.ISSUPERSET) else None
    return None if network is None else str(network)


def _value(constant: Constant, path: Path) -> Constant:
    """Return a string in the form that its property's values have, where they have several."""
    value = constant.value
    if constant.kind is not Kind.STRING or not isinstance(value, str):
        return constant
    algorithm = algorithm_of(path)
    if path.object_type in _ADDRESSES and path.steps == ("value",):
        network = read_network(value)
        is_ours = network is not None and network.version == _ADDRESSES[path.object_type]
        return Constant(Kind.STRING, str(network)) if is_ours else constant
    if path.object_type == _REGISTRY and (path.steps == ("key",) or _is_value_name(path)):
        return Constant(Kind.STRING, value.lower())
    if algorithm is not None and is_hexadecimal(algorithm) and is_hash(algorithm, value):
        return Constant(Kind.STRING, value.lower())
    return constant


def _is_value_name(path: Path) -> bool:
    return len(path.steps) == len(("values", None, "name")) and path.steps[0] == "values" and path.steps[2] == "name"


def _path(path: Path) -> Path:
    algorithm = algorithm_of(path)
    return path if algorithm is None else Path(path.object_type, (*path.steps[:-1], name_of(algorithm)))
