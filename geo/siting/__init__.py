"""Where to put things: which sites serve most, serve all for least, or bring all nearest; each answer with its bound."""

from geo.siting.answer import Siting
from geo.siting.maxcoverage import Cap, max_coverage
from geo.siting.pcenter import p_center
from geo.siting.pmedian import p_median
from geo.siting.setcover import set_cover

__all__ = ["Cap", "Siting", "max_coverage", "p_center", "p_median", "set_cover"]
