"""An event through docs/examples/receive_event.py: prints its type, or fails."""

import json
import sys

sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
from receive_event import verified

given = json.load(sys.stdin)
print(verified(given["headers"], given["body"].encode(), given["secret"], given["now"])["type"])
