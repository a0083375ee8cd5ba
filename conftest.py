"""Notebooks' kernels under nbval listen at files, not at ports.

A port is chosen before the kernel that takes it has started. In between, another process of the same test
run can take it, and the kernel dies without a word. JupyterLab starts such a kernel again; nbval does not.
"""

import os
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Replace nbval's way to make a kernel; Windows has no such files."""
    if os.name == "nt" or not (config.getoption("nbval", False) or config.getoption("nbval_lax", False)):
        return
    import nbval.kernel
    from jupyter_client.manager import KernelManager
    from jupyter_core.paths import jupyter_runtime_dir

    folder = Path(jupyter_runtime_dir())
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def at_files(**options: Any) -> KernelManager:
        file = folder / f"nbval-{uuid4().hex[:8]}.json"  # a short name: the system limits a socket's path
        return KernelManager(transport="ipc", connection_file=str(file), **options)

    nbval.kernel.KernelManager = at_files
