"""`python -m zofops` is `zofops`."""

import sys

from zofops.cli import main

sys.exit(main())
