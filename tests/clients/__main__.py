"""Install html-validate, caniemail and Lighthouse beside this file, as `make deep` does: python -m tests.clients"""

import subprocess

from tests.clients.node import FOLDER, npm

subprocess.run([*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=FOLDER, check=True)
