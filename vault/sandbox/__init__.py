"""Work on outside files happens in a child process that has little memory, little time and nothing worth stealing.

`Sandbox.run(job, header, *attachments)` hands JSON and bytes to a fresh child, and JSON and bytes come back. The child
is not trusted: what it answers is capped and parsed as strictly as the file it was given.
"""

from vault.sandbox.client import Reply, Sandbox
from vault.sandbox.limits import Limits

__all__ = ["Limits", "Reply", "Sandbox"]
