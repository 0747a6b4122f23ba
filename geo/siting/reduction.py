"""A smaller instance with the same best answer: without sites and pairs that cannot matter, equal demand rows as one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geo.siting.instance import Instance, falling, site_keys
from geo.siting.table import canonical, merged

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Whole = NDArray[np.int64]
    Flags = NDArray[np.bool_]


def settled(instance: Instance) -> tuple[Instance, Whole]:
    """Return the instance in an order of its own, equal demand rows merged, and the old number of each site.

    The order follows from the figures, so an answer does not depend on the order of the rows that were given.
    """
    table, weight, _ = merged(instance.table, instance.weight)
    some = (np.diff(table.start) > 0) & (weight > 0)
    table, weight = table.rows(np.flatnonzero(some)), weight[some]
    sites, demands = canonical(table, weight, site_keys(instance.limits, instance.fixed))
    table = falling(table.columns(sites).rows(demands))
    limits = instance.limits.of(sites)
    return replace(instance, table=table, weight=weight[demands], limits=limits, fixed=instance.fixed[sites]), sites


def narrowed(instance: Instance, keep: Flags, must: Flags) -> tuple[Instance, Whole]:
    """Return the instance with only the sites to keep, those that must be open fixed, and the old number of each site."""
    kept = np.flatnonzero(keep | must | instance.fixed)
    smaller = instance.with_sites(kept, (must | instance.fixed)[kept])
    smaller, order = settled(_without_idle(smaller))
    return smaller, kept[order]


def _without_idle(instance: Instance) -> Instance:
    """Return the instance without pairs that are no better than a fixed site, which is open anyway."""
    if instance.backup or not instance.fixed.any():
        return instance
    table = instance.table
    is_fixed = instance.fixed[table.site]
    had = np.zeros(table.demands)
    np.maximum.at(had, table.demand[is_fixed], table.number[is_fixed])
    here = had[table.demand]
    first = np.full(table.demands, len(table.site))
    np.minimum.at(first, table.demand[is_fixed], np.flatnonzero(is_fixed))
    useful = (table.number > here) | (np.arange(len(table.site)) == first[table.demand])
    return replace(instance, table=table.only(useful))


def is_yes_or_no(instance: Instance) -> bool:
    """Return whether every demand is worth the same to all sites that serve it."""
    table = instance.table
    some = np.flatnonzero(np.diff(table.start) > 0)
    return bool(np.all(table.number[table.start[some]] == table.number[table.start[some + 1] - 1]))


def undominated(instance: Instance) -> tuple[Instance, Whole]:
    """Return the instance without sites that another one makes needless, and the old number of each site."""
    from geo.siting.dominance import dominated
    from geo.siting.search import lists_of, priced_limits

    everyone = np.arange(instance.table.sites)
    if instance.backup or not is_yes_or_no(instance):
        return instance, everyone
    lists, (limits, _) = lists_of(instance), priced_limits(instance)
    fixed = instance.fixed.astype(np.int8)
    out = dominated(lists.s_start, lists.s_demand, lists.d_start, lists.d_site, limits, fixed).astype(bool)
    if not out.any():
        return instance, everyone
    return narrowed(instance, ~out, instance.fixed)
