"""Text with `${VARIABLE}` places, as envsubst (and so the compose images) fills them."""

import re
from collections.abc import Mapping

_PLACE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")


def render(template: str, values: Mapping[str, str]) -> str:
    """Fill every place; lower-case `$names` stay, because they are nginx's own.

    Raises:
        KeyError: a place has no value.

    """
    return _PLACE.sub(lambda place: values[place[1]], template)
