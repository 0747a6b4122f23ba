"""Published answers: San Francisco stores (spopt), the toy of abw-maxcover, Swain's 55 nodes, students and schools."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from geo.siting import max_coverage, p_center, p_median, set_cover

HERE = Path(__file__).parent / "published"
SHARED = Path("/work/shared/data/instances")
