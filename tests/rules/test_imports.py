from __future__ import annotations

import subprocess
import sys

_PROGRAM = """
import sys
import vejleder_tui.rules as rules, pkgutil, importlib
for module in pkgutil.iter_modules(rules.__path__):
    importlib.import_module("vejleder_tui.rules." + module.name)
print(sorted({"holidays", "textual", "sqlalchemy", "sqlmodel", "pydantic"} & set(sys.modules)))
"""


def test_rules_import_no_third_party() -> None:
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
