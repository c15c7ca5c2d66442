"""The HTML report: one self-contained page for one run, or for several side by side."""

from simulator.report.page.build import build_page

__all__ = ["build_page"]
