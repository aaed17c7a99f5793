"""How signals become probabilities: what was fitted, how it is fitted, and the questions it is fitted on."""
