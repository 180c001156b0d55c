"""One kommune before and after a move in which nothing went wrong."""

from __future__ import annotations

from pipelines.demo.facit import Facit
from pipelines.demo.world.births import Births
from pipelines.demo.world.contents import World
from pipelines.demo.world.conversion import convert
from pipelines.demo.world.corrections import Corrections
from pipelines.demo.world.edh import move_edh
from pipelines.demo.world.esdh import fill_esdh
from pipelines.demo.world.index import fill_index
from pipelines.demo.world.life import live_in_edh, live_in_new_systems
from pipelines.demo.world.plans import KommunePlan
from pipelines.demo.world.population import Population


class Move:
    """A kommune's world, and what adds to it. What may rightly differ is expected in ``facit``."""

    def __init__(self, plan: KommunePlan, facit: Facit, *, cases: int, seed: int) -> None:
        self.population = Population(plan, seed)
        self.world: World = self.population.made(cases)
        self.births = Births(self.population)
        self.corrections = Corrections(self.world, self.births, facit)
        convert(self.world, self.births, facit)
        move_edh(self.world)
        live_in_new_systems(self.world, self.births)
        self.corrections.made()
        live_in_edh(self.world, self.births, self.corrections)

    def mirrored(self) -> World:
        """The world with the index and the new ESDH, which show what EDH holds by now, faults and all."""
        fill_index(self.world)
        fill_esdh(self.world)
        return self.world
