"""The folder's own helpers: everything, liar, lies, catching."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
