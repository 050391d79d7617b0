"""Constraints that follow from what training cells show: molecules per type, and markers."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinn.arrays import Floats
from spinn.constraints.constraints import Constraints, MarkerRule
from spinn.constraints.files import read_rules
from spinn.constraints.matching import with_names
from spinn.constraints.rules import GeneRules, LoadLimits
from spinn.data import ExpressionData
from spinn.profiles.loads import ALL_CELLS, Loads, loads
from spinn.profiles.markers import marker_sets

log = logging.getLogger(__name__)
DEFAULT_MARKERS = 2  # of each type
WEIGHT_AT_LIMIT = 0.1  # of a gene as heavy as a limit allows, next to one without molecules


def constraints_for(rules: GeneRules, data: ExpressionData) -> Constraints:
    """Return what rules require of panels from prepared cells, whose training cells alone count.

    Genes beyond a limit of molecules per cell are excluded, unless they are required. Those near a
    limit count less: a gene's weight falls with its share of the limit, to a tenth at it.
    """
    constraints = with_names(rules, data.names).resolve(data.genes, data.mean)
    if rules.load != LoadLimits():
        constraints = _with_loads(constraints, rules.load, data)
    per_type = DEFAULT_MARKERS if rules.markers_per_type is None else rules.markers_per_type
    if data.labels is None or not per_type:
        return constraints
    rule = MarkerRule(marker_sets(data), per_type, is_demanded=rules.markers_per_type is not None)
    return replace(constraints, marker_rule=rule)


def constraints_of(genes: Mapping[str, Any], data: ExpressionData) -> Constraints:
    """Return what the config section ``genes`` requires of panels from prepared cells."""
    return constraints_for(read_rules(genes), data)


def beyond_limits(loads: Loads, limits: LoadLimits) -> NDArray[np.bool_]:
    """Return which genes no panel may hold by their molecules per cell, shape (genes,)."""
    highest = loads.molecules.max(axis=0)
    is_beyond = _share_of_limits(loads, limits) > 1
    return np.asarray(is_beyond | (highest < (limits.min_in_some_type or 0)))


def over_limits(loads: Loads, limits: LoadLimits) -> dict[str, NDArray[np.bool_]]:
    """Return which genes are above a limit of single genes over all cells, and in each type."""
    of_all = np.inf if limits.max_per_gene is None else limits.max_per_gene
    of_type = np.inf if limits.max_per_type is None else limits.max_per_type
    in_types = dict(zip(loads.types, loads.molecules > of_type, strict=True))
    # Without types all cells are the one type.
    above = (loads.overall > of_all) | in_types.get(ALL_CELLS, np.zeros_like(of_all, dtype=bool))
    return {**in_types, ALL_CELLS: np.asarray(above)}


def _share_of_limits(loads: Loads, limits: LoadLimits) -> Floats:
    """Return how near each gene is to the nearest upper limit of a gene, 1 at the limit."""
    highest = loads.molecules.max(axis=0)
    shares = [
        molecules / limit
        for molecules, limit in (
            (loads.overall, limits.max_per_gene),
            (highest, limits.max_per_type),
        )
        if limit is not None
    ]
    return np.max([np.zeros_like(highest), *shares], axis=0)


def _with_loads(constraints: Constraints, limits: LoadLimits, data: ExpressionData) -> Constraints:
    genes, measured = data.genes, loads(data)
    beyond = _names(genes, beyond_limits(measured, limits))
    if forced := sorted(set(beyond) & set(constraints.required)):
        message = "genes: %d beyond the limits of genes.load are required, and stay: %s"
        log.warning(message, len(forced), ", ".join(forced[:5]))
    settled = {*constraints.excluded, *constraints.required, *constraints.base}
    unwanted = [gene for gene in beyond if gene not in settled]
    if unwanted:
        log.info("genes: %d of %d are beyond the limits of genes.load", len(unwanted), len(genes))
    share = np.minimum(_share_of_limits(measured, limits), 1.0)
    factor = 1 - (1 - WEIGHT_AT_LIMIT) * share
    weights = constraints.weights(genes) * factor
    total = limits.max_total_per_type
    by_gene = measured.molecules.T.tolist()
    return replace(
        constraints,
        excluded=(*constraints.excluded, *unwanted),
        weight=dict(zip(genes, weights.tolist(), strict=True)),
        load={} if total is None else dict(zip(genes, by_gene, strict=True)),
        max_load=total,
        overall=dict(zip(genes, measured.overall.tolist(), strict=True)),
        max_share=limits.max_share_of_three,
    )


def _names(genes: Sequence[str], mask: NDArray[np.bool_]) -> list[str]:
    return [gene for gene, is_named in zip(genes, mask, strict=True) if is_named]
