"""Responsibility blocks: revisions in signed chains, inspections, the block board."""
