"""How much noise the gate lets through, how much edge it finds, and what fools it: measured."""
