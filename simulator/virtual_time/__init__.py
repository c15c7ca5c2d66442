"""An asyncio event loop in virtual time, and what it says when it cannot go on."""
