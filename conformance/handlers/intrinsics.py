"""What CloudFormation works out in a template: references to functions and tables, and texts made of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_REFERENCE = re.compile(r"\$\{(!?)([^}]+)\}")


class UnresolvedError(Exception):
    """A value of the template that is not known here; the message says which."""


@dataclass(frozen=True)
class Names:
    """What the names of one template stand for.

    `references` are what `Ref` gives: resources, parameters with a default, AWS's own such as `AWS::Region`.
    `arns` are what `Fn::GetAtt` gives for the attribute Arn.
    """

    references: Mapping[str, str]
    arns: Mapping[str, str]

    def text(self, value: Any) -> str:  # noqa: PLR0911 - one for each of CloudFormation's functions
        """A value of the template as the text that it is once deployed.

        Raises:
            UnresolvedError: it is none, or needs what this lab does not have.
        """
        match value:
            case bool():
                return "true" if value else "false"
            case str() | int() | float():
                return str(value)
            case {"Ref": str(name)}:
                return self._reference(name)
            case {"Fn::GetAtt": str(path)}:
                return self._attribute(*path.split(".", 1))
            case {"Fn::GetAtt": [str(name), str(attribute)]}:
                return self._attribute(name, attribute)
            case {"Fn::Sub": str(text)}:
                return self._substituted(text, {})
            case {"Fn::Sub": [str(text), dict(own)]}:
                return self._substituted(text, {name: self.text(each) for name, each in own.items()})
            case {"Fn::Join": [str(between), list(parts)]}:
                return between.join(self.text(part) for part in parts)
            case _:
                raise UnresolvedError(f"{value!r} can't be worked out here")

    def _reference(self, name: str) -> str:
        if name not in self.references:
            raise UnresolvedError(f"nothing here is called {name}")
        return self.references[name]

    def _attribute(self, name: str, attribute: str = "") -> str:
        if attribute != "Arn" or name not in self.arns:
            raise UnresolvedError(f"{name} has no attribute {attribute or '(none named)'} here")
        return self.arns[name]

    def _substituted(self, text: str, own: Mapping[str, str]) -> str:
        def one(found: re.Match[str]) -> str:
            literal, name = found.groups()
            if literal:
                return f"${{{name}}}"
            if name in own:
                return own[name]
            resource, dot, attribute = name.partition(".")
            return self._attribute(resource, attribute) if dot else self._reference(name)

        return _REFERENCE.sub(one, text)
