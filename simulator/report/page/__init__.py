"""The HTML report: one self-contained page for one run, or for several side by side."""

from simulator.report.page.build import build_page
from simulator.report.page.frame import GENERATOR

__all__ = ["GENERATOR", "build_page"]
