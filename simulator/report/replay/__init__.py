"""The replay page: a run to look into, as one self-contained HTML file."""

from simulator.report.replay.document import replay_document
from simulator.report.replay.page import Replay, replay_page

__all__ = ["Replay", "replay_document", "replay_page"]
