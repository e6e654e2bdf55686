"""What this imports is not there."""

import no_such_module_anywhere  # type: ignore[import-not-found]

handler = no_such_module_anywhere.handler
