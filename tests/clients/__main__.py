"""Install html-validate and caniemail beside this file: python -m tests.clients, which `make deep` does."""

import subprocess

from tests.clients.node import FOLDER, npm

subprocess.run([*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=FOLDER, check=True)
