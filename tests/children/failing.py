"""A child that ends with a fault of its own before it is up."""

from __future__ import annotations

import sys

sys.stderr.write("starting\n")
sys.stderr.write('{"code": "SECRETS_MISSING", "message": "there is no secrets file"}\n')
sys.stderr.write("ERROR:    Application startup failed. Exiting.\n")
sys.exit(3)
